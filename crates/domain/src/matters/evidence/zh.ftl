# 机构之间的证据移交

evidence = 证据移交
party-evidence-giving = 移交方
party-evidence-receiving = 接收方

status-evidence-announced = 已预告，尚未移交
status-evidence-sent = 已移交，待核验
status-evidence-mismatch = 与封装时不符
status-evidence-received = 核验无误，待接收保管
status-evidence-giving-back = 已返还，待收回
status-evidence-held = 由接收方保管
status-evidence-ended = 已返还、撤回、替换或销毁

stands-evidence-sent = 已移交，待核验
stands-evidence-mismatch = 与封装时不符
stands-evidence-received = 核验无误，待接收保管
stands-evidence-held = 已接收保管
stands-evidence-giving-back = 已返还，待收回
stands-evidence-given-back = 已收回
stands-evidence-withdrawn = 已撤回
stands-evidence-replaced = 已由另一封装包替换
stands-evidence-destroyed = 已销毁

act-evidence-open = 预告证据移交
act-evidence-transfer = 移交加密封装包
act-evidence-withdraw = 撤回封装包
act-evidence-receive = 收到并核验
act-evidence-accept = 接收保管
act-evidence-release = 准予进一步使用
act-evidence-give-back = 返还
act-evidence-take-back = 收回
act-evidence-destroy = 已销毁
act-evidence-close = 办结

field-evidence-open-handling = 使用限制代码
field-evidence-open-as_evidence = 可否作为诉讼证据使用
field-evidence-open-purpose = 用途
field-evidence-open-basis = 法律依据
field-evidence-open-offences = 可用于哪些罪名
field-evidence-open-give_back_by = 返还期限
field-evidence-open-destroy_by = 销毁期限
field-evidence-open-given_for = 所属合作事项
back-evidence-open-given_for = 相关证据移交
hint-evidence-open-given_for = 可从列表中选择，也可填写编号或编号开头。
field-evidence-open-restriction_stated = 已载明限制
field-evidence-open-title = 名称
field-evidence-open-collected = 提取经过
field-evidence-open-authority = 提取所依据的文书
field-evidence-open-basis_text = 法律依据说明
field-evidence-open-restriction = 使用限制
field-evidence-transfer-package = 封装包
field-evidence-transfer-size = 字节数
field-evidence-transfer-files = 文件数
field-evidence-transfer-replaces = 所替换的移交
field-evidence-transfer-label = 名称
field-evidence-transfer-condition = 工具、状态、封条
field-evidence-transfer-header = 签名封套
field-evidence-withdraw-of = 所撤回的移交
field-evidence-withdraw-reason = 撤回理由
field-evidence-receive-check = 核验结果
field-evidence-release-handling = 使用限制代码
field-evidence-release-as_evidence = 可否作为诉讼证据使用
field-evidence-release-restriction_stated = 已载明限制
field-evidence-release-authority = 依据
field-evidence-release-restriction = 使用限制
field-evidence-destroy-authority = 销毁依据

mark-evidence-h0 = H0 用于预防和打击犯罪
mark-evidence-h1 = H1 未经提供方同意不得用于诉讼
mark-evidence-h2 = H2 未经提供方同意不得转交
mark-evidence-h3 = H3 按所载限制使用
mark-evidence-as-evidence = 可作为证据使用
mark-evidence-not-as-evidence = 准予使用前不得作为证据

clock-check-package = 核验封装包
clock-give-back = 返还
clock-destroy = 销毁
