# 两机构间的封装袋

pouch = 封装袋件
party-pouch-sending = 移交方
party-pouch-receiving = 接收方

status-pouch-announced = 已预告
status-pouch-listed = 已列清单，双方尚未一致确认
status-pouch-agreed = 清单已确认
status-pouch-offered = 已移交，待接收
status-pouch-taken = 已接收

act-pouch-open = 预告袋件
act-pouch-list = 列明清单
act-pouch-agree = 确认清单
act-pouch-offer = 移交
act-pouch-take = 接收
act-pouch-close = 办结

field-pouch-open-title = 用途
field-pouch-list-pieces = 件数
field-pouch-list-inventory = 清单
field-pouch-offer-seal = 封条号
field-pouch-offer-carrier = 携带人
