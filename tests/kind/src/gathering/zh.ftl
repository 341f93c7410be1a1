# 多机构会商

gathering = 多方会商件
party-gathering-convenor = 召集方
party-gathering-member = 成员方

status-gathering-convened = 已召集
status-gathering-proposed = 文本尚未获各方一致同意
status-gathering-agreed = 文本已获各方一致同意

act-gathering-open = 召集
act-gathering-propose = 提交文本
act-gathering-agree = 同意文本
act-gathering-report = 通报办理情况
act-gathering-close = 办结

field-gathering-open-title = 事由
field-gathering-propose-text = 文本
field-gathering-report-places = 搜查地点数
field-gathering-report-summary = 各方知悉的情况
field-gathering-report-findings = 查获情况

mark-gathering-one-place = 已搜查一处地点
mark-gathering-several-places = 已搜查多处地点
