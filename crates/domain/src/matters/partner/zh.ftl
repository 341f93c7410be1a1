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
field-partner-end-reason = 终止理由

term-compared-by-people = 双方人员当面或通话核对
term-compared-introduced = 经他方介绍，未核对
