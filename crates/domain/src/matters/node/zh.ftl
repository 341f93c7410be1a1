# 本单位节点

node = 节点

status-node-blank = 未启用
status-node-running = 运行中

act-node-initialise = 启用节点
act-node-incident = 记录异常
act-node-export = 导出登记
act-node-refused = 登记未准办理
act-node-read-audit = 查看审计记录

field-node-incident-trouble = 异常类型
field-node-incident-partner = 涉及机构
field-node-incident-entry = 涉及记录
field-node-incident-detail = 情况说明
field-node-export-what = 导出内容
field-node-export-matter = 所属合作事项
field-node-export-to = 接收机构
field-node-export-purpose = 导出用途
field-node-refused-rule = 所依规则
field-node-refused-act = 拟办动作
field-node-refused-matter = 所涉合作事项
field-node-read-audit-matter = 所查合作事项

term-trouble-unknown-partner = 未登记的机构请求连接
term-trouble-bad-entry = 对方记录被改动或签名不符
term-trouble-bad-part = 内容与所签记录不符
term-trouble-bad-receipt = 回执无效
term-trouble-rewritten-past = 对方存证日志的既往内容被改写
term-trouble-bad-batch = 收到的数据无法读取
term-trouble-fork = 对方在同一位置作出两份不同记录
term-trouble-clock-skew = 对方时钟偏差过大
term-trouble-passkey-went-back = 通行密钥计数倒退，可能已被复制
term-trouble-stream-mismatch = 双方收发记录不一致
term-export-proof-with-content = 含内容的证明文件
term-export-sealed-package = 封装包文件
term-export-package-content = 封装包内容
term-export-audit = 审计记录
term-export-packages-key = 封装包解密密钥
term-export-bundle = 交对方机构的离线数据包
