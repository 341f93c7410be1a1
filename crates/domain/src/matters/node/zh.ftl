# 本单位节点

node = 节点

status-node-blank = 未启用
status-node-running = 运行中

act-node-initialise = 启用节点
act-node-incident = 记录异常
act-node-export = 导出登记
act-node-import = 记录离线数据包的导入
act-node-refused = 登记未准办理
act-node-read-audit = 查看审计记录

field-node-incident-trouble = 异常类型
field-node-incident-partner = 涉及机构
field-node-incident-entry = 涉及记录
field-node-incident-detail = 情况说明
field-node-incident-why = 搁置原因
field-node-incident-size = 留存字节数
field-node-incident-bytes = 留存的原始数据
field-node-export-what = 导出内容
field-node-export-matter = 所属合作事项
field-node-export-to = 接收机构
field-node-export-purpose = 导出用途
field-node-import-from = 来自哪个机构
field-node-import-received = 新收记录
field-node-import-delivered = 其后送达的我方记录
field-node-import-packages = 封装包
field-node-refused-rule = 所依规则
field-node-refused-act = 拟办动作
field-node-refused-matter = 所涉合作事项
field-node-read-audit-matter = 所查合作事项

term-trouble-unknown-partner = 未登记的机构请求连接
term-trouble-bad-entry = 对方来的一条记录已搁置：不生效、不出回执，其后记录照常接收
term-trouble-not-kept = 对方搁置了我方一条记录，未出回执
term-trouble-too-new = 对方发起的事项类型新于本节点版本：已保存并出具回执，升级后可见
term-trouble-no-room = 对方等待前序记录的来件已达上限，处理前暂不再接收
term-trouble-bad-part = 内容与所签记录不符
term-trouble-bad-receipt = 回执无效
term-trouble-rewritten-past = 对方存证日志的既往内容被改写
term-trouble-bad-batch = 收到的数据无法读取
term-trouble-fork = 对方在同一位置作出两份不同记录
term-trouble-clock-skew = 对方时钟偏差过大
term-trouble-key-disowned = 对方声明其一把失密的密钥作废：超出其根密钥所声明截止位置的记录不再生效
term-trouble-key-misused = 对方持有他人以我方已作废密钥签名的记录：不产生效力，仅作为证明保存
term-trouble-passkey-went-back = 通行密钥计数倒退，可能已被复制
term-trouble-old-copy = 本节点系由旧备份恢复：对方出示了本节点已签而此处没有的记录，正在取回；机构根密钥声明新的日志纪元前，不再对外签发
term-trouble-partner-old-copy = 对方节点系由旧备份恢复，所缺记录由我方交还
term-trouble-stream-mismatch = 双方收发记录不一致
term-export-proof-with-content = 含内容的证明文件
term-export-sealed-package = 封装包文件
term-export-package-content = 封装包内容
term-export-audit = 审计记录
term-export-packages-key = 封装包解密密钥
term-set-aside-malformed = 数据不是有效记录
term-set-aside-inner-lane = 属对方内部办理记录，不得外发
term-set-aside-weak-suite = 签名算法强度不足
term-set-aside-unknown-card = 所用机构名片未在我方登记
term-set-aside-wrong-card = 所用机构名片属于其他机构
term-set-aside-bad-signature = 签名不符
term-set-aside-ours-but-not-here = 以我方名义作出，但我方并无此记录
term-set-aside-not-shared = 所属事项只供单位内部使用
term-set-aside-not-addressed = 发送方或我方不是该事项的当事方
term-set-aside-recorded-for-us = 由他方代我方记录
term-set-aside-foreign-lane = 作出方无权代该方记录
term-export-bundle = 交对方机构的离线数据包
