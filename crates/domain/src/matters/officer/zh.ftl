# 本单位人员

officer = 人员

status-officer-unknown = 未登记
status-officer-serving = 在岗
status-officer-dismissed = 已离岗

act-officer-enlist = 登记人员
act-officer-assign-roles = 调整岗位
act-officer-dismiss = 办理离岗

field-officer-enlist-roles = 岗位
field-officer-enlist-name = 姓名
field-officer-assign-roles-roles = 调整后的全部岗位
