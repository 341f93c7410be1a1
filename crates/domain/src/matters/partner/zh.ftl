# 合作机构

partner = 合作机构

status-partner-unknown = 未登记
status-partner-added = 已登记，待第二人确认
status-partner-confirmed = 已确认
status-partner-ended = 已终止合作

act-partner-add = 登记合作机构
act-partner-add-off-network = 登记未接入方
act-partner-confirm = 第二人确认
act-partner-describe = 修改称谓或地址
act-partner-propose-widening = 提请放开提供范围
act-partner-widen = 第二人批准放开
act-partner-narrow = 收回至仅限函件往来
act-partner-end = 终止合作

field-partner-add-agency = 机构标识
field-partner-add-card = 机构名片
field-partner-add-compared = 指纹码核对方式
field-partner-add-name = 我方称谓
field-partner-add-at = 节点地址（与名片不同时填写）
field-partner-add-off-network-agency = 机构标识
field-partner-add-off-network-name = 我方称谓
field-partner-add-off-network-place = 国家或地区，或国际机构
field-partner-add-off-network-reached = 联系方式
field-partner-describe-name = 我方称谓
field-partner-describe-at = 节点地址（与名片不同时填写）
field-partner-propose-widening-to = 拟放开的提供范围
field-partner-propose-widening-review_by = 复评期限（自今日起不超过两年）
field-partner-propose-widening-assessment = 权利保障评估（公正审判、酷刑与虐待、死刑、个人信息保护、迫害风险）
field-partner-propose-widening-source = 评估依据的文件或来源
field-partner-widen-of = 所批准的提请
field-partner-narrow-reason = 收回理由
field-partner-end-reason = 终止理由

term-compared-by-people = 双方人员当面或通话核对
term-compared-introduced = 经他方介绍，未核对

assessment = 权利保障评估
term-assessment-missing = 尚未通过评估
term-assessment-holds = 评估有效
term-assessment-lapsed = 评估已到期，未按期复评
term-assessment-narrowed = 已收回

act-partner-propose-link = 提议认定该方已接入
act-partner-link = 作为第二人确认该方已接入
act-partner-propose-claim = 提议认定其代录的是我方
act-partner-claim = 作为第二人确认其代录的是我方

field-partner-propose-link-agency = 接入后的机构（已核对名片）
field-partner-link-of = 提议
field-partner-propose-claim-party = 对方代录的记录
field-partner-claim-of = 提议

act-partner-quarantine = 列入隔离
act-partner-record-fork = 记录已证实的分叉（由节点记录）
act-partner-propose-lifting = 提请解除隔离
act-partner-lift = 第二人批准解除隔离

field-partner-quarantine-reason = 不与其新办事项的理由
field-partner-record-fork-entry = 作为证据的记录
field-partner-propose-lifting-reason = 可以解除的理由（对方的说明、我方的核查情况）
field-partner-lift-of = 所批准的提请

quarantine = 隔离
quarantine-means = 不与该机构新办合作事项。已有事项照常办理，其来文照常存证并出具回执；其间由其新发起的事项可以拒绝，在两人解除隔离之前不予受理。
quarantine-arrived = 本事项由处于隔离状态的合作机构发起，已存证并出具回执。可以拒绝；在两人解除隔离之前，不作签收，不予受理。
term-quarantine-fork = 该机构就同一位置签署了两条不同的记录，两条均作为证据保留
term-quarantine-person = 由我方人员列入隔离
