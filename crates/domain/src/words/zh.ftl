# 各类合作事项共用的文字。

matter = 合作事项
timeline = 办理记录
exercise = 演练

## 双方与状态

ours = 我方
theirs = 对方
party-own = 本单位
status-draft = 起草中
status-closed = 已办结
waiting-for = 待{ $party }办理
waiting-for-nobody = 无待办方
prevails = 以“{ $act }”为准

## 记录的效力

standing-valid = 生效
standing-void = 不生效
standing-void-under = 不生效：{ $rule }
standing-not-understood = 本版本无法识别，升级前只读
agency-introduced = { $name }（由他方介绍，未核对）
agency-introduced-by = { $name }（由{ $by }介绍，未核对）
standing-waiting = 已收到，尚缺前序记录
standing-forked = 同一位置有两份不同记录，已停止认可
standing-given-up = 已放弃：出具方以另一条记录为准
standing-crossed = 同时作出
standing-contested = 存疑

## 传送情况

overlay-queued = 待发
overlay-sent = 已发出
overlay-delivered = 已送达（有回执）
overlay-overdue = 已逾期
overlay-to-dispatch = 待发出
overlay-dispatched = 已发出

## 时限

clock-acknowledge = 收悉时限
clock-answer = 答复时限
clock-review = 保存期限复核
clock-due = 应于 { $due } 前完成
term-consequence-life = 危及生命
term-consequence-detention = 涉及羁押期限
term-consequence-preservation = 涉及保全
term-consequence-money = 涉及资金流失
term-consequence-ordinary = 一般

## 内部办理

act-draft = 起草
act-approve = 审批同意
act-send-back = 退回修改
act-send = 发出
act-review-grounds = 法制审核
act-propose-erasure = 提议删除
act-erase = 第二人确认删除
act-propose-keeping = 提议延长保存
act-keep-on = 第二人确认延长保存
field-propose-keeping-until = 保存至
field-propose-keeping-reason = 延长保存的理由
field-keep-on-of = 所涉提议
act-note = 内部备注
act-assign = 转办
act-let-in = 准予知悉
act-put-out = 移出知悉范围
act-restrict = 限制知悉
act-lift-restriction = 第二人解除限制知悉
act-number = 登记我方文号
act-task = 交办任务
act-finish-task = 任务办结
act-read = 查阅内容
act-check-package = 核验封装包
act-dispatch = 发文登记
act-hand-record-over = 转由该机构自行办理
act-adopt-record = 确认代录内容
act-dispute-record = 对代录内容提出异议
field-hand-record-over-party = 原代录的一方
field-hand-record-over-agency = 接入后的机构
field-hand-record-over-last = 最后一条代录
field-adopt-record-of = 移交
field-dispute-record-of = 移交
field-dispute-record-ground = 异议理由
field-dispute-record-text = 何处不符，应以何为准
term-record-dispute-not-said = 我方未作此表示
term-record-dispute-said-otherwise = 我方所作表示与此不同
term-record-dispute-incomplete = 我方所作表示有遗漏
term-record-dispute-not-authorised = 作出表示的人员无权代表我方
term-record-dispute-cannot-tell = 现已无法核实
record-adopted = 对方已确认
record-disputed = 对方有异议（{ $ground }）
record-adopted-by-us = 我方已确认
record-disputed-by-us = 我方有异议（{ $ground }）

field-of = 所针对的记录
field-text = 内容
field-propose-erasure-entry = 所涉记录
field-propose-erasure-parts = 所涉内容
field-note = 备注
field-reason = 理由
field-name = 名称
field-reference = 我方文号
field-contact = 联系人
field-channel = 来文渠道
field-dated = 来文日期
field-outside_reference = 来文文号
field-paper = 来文扫描件
field-dispatch-of = 发出的文件
field-dispatch-channel = 发文渠道
field-dispatch-dated = 发出时间
field-dispatch-reference = 发文文号
field-dispatch-note = 送件人或邮件编号
field-draft-act = 拟办动作
field-draft-offences = 涉及罪名
field-approve-of = 所审批的稿件
field-send-back-of = 所退回的稿件
field-send-back-reason = 退回理由
field-send-of = 所发出的稿件
field-review-grounds-of = 所审核的稿件或请求
field-review-grounds-politics = 是否涉及政治见解或政治活动
field-review-grounds-religion = 是否涉及宗教或信仰
field-review-grounds-ethnicity = 是否涉及民族、种族或原籍
field-review-grounds-orientation = 是否涉及性取向或性别
field-review-grounds-protest = 是否涉及和平集会或抗议
field-review-grounds-journalism = 是否涉及新闻报道或维权活动
field-review-grounds-refugee = 是否涉及逃避迫害
field-review-grounds-reasons = 审核依据
field-note-text = 备注内容
field-assign-to = 承办人员
field-assign-note = 承办要求
field-let-in-officer = 准予知悉的人员
field-put-out-officer = 移出知悉范围的人员
field-lift-restriction-of = 所解除的限制
field-task-to = 任务承办人
field-task-due = 完成期限
field-task-text = 任务内容
field-finish-task-of = 所办结的任务
field-finish-task-note = 办理结果
field-read-purpose = 查阅用途
field-check-package-entry = 所涉移交记录
field-check-package-check = 核验结果

term-check-intact = 与封装时逐字节一致
term-check-mismatch = 与封装时不符

## 岗位

term-role-officer = 承办人
term-role-supervisor = 审批领导
term-role-desk = 联络窗口
term-role-legal = 法制审核员
term-role-central-authority = 中央机关
term-role-custodian = 证据保管员
term-role-rights-officer = 权利保障专员
term-role-liaison = 警务联络官
term-role-auditor = 审计员
term-role-administrator = 系统管理员
term-role-operator = 节点运维人员

## 禁止事由审核

term-grounds-question-politics = 政治见解或政治活动
term-grounds-question-religion = 宗教或信仰
term-grounds-question-ethnicity = 民族、种族或原籍
term-grounds-question-orientation = 性取向或性别
term-grounds-question-protest = 和平集会或抗议
term-grounds-question-journalism = 新闻报道或维权活动
term-grounds-question-refugee = 逃避迫害
term-ground-answer-no = 否
term-ground-answer-open = 无法判断
term-ground-answer-yes = 是

## 协议依据与处理限制

term-cover-covered = 有生效协议
term-cover-not-covered = 无协议依据
term-cover-not-on-record = 系统内无记载
term-ceiling-floor = 仅限函件往来，不含涉案人员信息和证据
term-ceiling-full = 可提供涉案人员信息和证据
term-gives-persons = 请求所列人员的信息
term-gives-evidence = 证据
term-channel-i-24-7 = 国际刑警组织通信网（I-24/7）
term-channel-note-verbale = 外交照会
term-channel-letter = 信函
term-channel-e-mail = 电子邮件
term-channel-telephone = 电话
term-channel-in-person = 当面
term-channel-other = 其他渠道
term-handling-h0 = H0 可用于预防和打击犯罪
term-handling-h1 = H1 未经提供方同意不得用于诉讼
term-handling-h2 = H2 未经提供方同意不得转交
term-handling-h3 = H3 另有限制，见正文
term-language-zh = 中文
term-language-en = 英文
term-language-fr = 法文
term-language-es = 西班牙文
term-language-ru = 俄文
term-language-ar = 阿拉伯文
term-language-th = 泰文
term-language-my = 缅甸文
term-language-km = 高棉文
term-language-lo = 老挝文
term-language-vi = 越南文

## 罪名（按 ICCS 分类）

term-offence-0101 = 故意杀人
term-offence-0102 = 故意杀人未遂
term-offence-020221 = 绑架
term-offence-0401 = 抢劫
term-offence-0501 = 入室盗窃
term-offence-0502 = 盗窃
term-offence-0601 = 毒品及制毒物品犯罪
term-offence-0701 = 诈骗
term-offence-0703 = 腐败犯罪
term-offence-07041 = 洗钱
term-offence-0903 = 危害计算机系统犯罪
term-offence-09051 = 参加有组织犯罪集团
term-offence-national = 仅见于本国法的罪名

## 不予办理

refusal = 不能办理：{ $what }{ $help }依据：{ $source }。{ $lifted }
refusal-lifted-by = 可由{ $role }解除。
refusal-absolute = 不得变通。

rule-not-now = 事项尚未进行到此步骤，或此步骤已过。
rule-not-now-help = 请先查看事项当前状态和待办方。
rule-not-now-source = 本类事项的办理规则表
rule-not-ours = 此动作应由另一方作出。
rule-not-ours-help = 请等待对方办理，必要时催办。
rule-not-ours-source = 本类事项的办理规则表
rule-wrong-target = 所针对的记录不能作此办理。
rule-wrong-target-help = 请选择办理记录中对应的、已生效的一条。
rule-wrong-target-source = 动作类型规则
rule-unreadable = 内容格式不符合该动作的要求。
rule-unreadable-help = 请按模板重新填写。
rule-unreadable-source = 该动作的定义
rule-not-opened = 事项尚未发起，或已经发起过。
rule-not-opened-help = 请先发出请求；已发起的事项不能再次发起。
rule-not-opened-source = 动作类型规则
rule-wrong-parties = 参与方与此类事项不符。
rule-wrong-parties-help = 请核对参与方及其角色。
rule-wrong-parties-source = 本类事项的定义
rule-foreign-lane = 不能代他方作出记录。
rule-foreign-lane-help = 请以本单位名义办理。
rule-foreign-lane-source = 各方只写己方记录
rule-role = 您的岗位不能提出此动作。
rule-role-help = 请转交有权岗位的同事办理。
rule-role-source = 岗位权限表
rule-need-to-know = 您不在本事项的知悉范围内。
rule-need-to-know-help = 请由联络窗口或审批领导将本事项转办给您，或准予您知悉。
rule-need-to-know-source = 岗位权限表：按需知悉
rule-restricted = 本事项已限制知悉，仅限办理人员。
rule-restricted-help = 请由知悉范围内的审批领导准予您知悉。
rule-restricted-source = 岗位权限表：限制知悉
rule-four-eyes = 尚缺必要的审批。
rule-four-eyes-help = 请由所列岗位的其他同事审批。
rule-four-eyes-source = 双人原则：发出、拒绝、答复均须他人审批
rule-own-work = 不得审批本人提出的事项。
rule-own-work-help = 请由其他同事审批。
rule-own-work-source = 双人原则：任何人不得审批本人所办事项
rule-second-person = 两步须由不同的人完成。
rule-second-person-help = 请由另一位同事确认。
rule-second-person-source = 双人原则：由第二人确认
rule-own-access = 任何人不得为本人授予岗位或开通登录。
rule-own-access-help = 请由另一名管理员办理。
rule-own-access-source = 任何人不得为本人授权
rule-by-themself = 此项只能由本人办理。
rule-by-themself-help = 请为其开通登录，由本人自行设置。
rule-by-themself-source = 登录凭据只能由本人设置
rule-grounds-open = 尚未完成禁止事由的法制审核。
rule-grounds-open-help = 请由非起草人的法制审核员审核。
rule-grounds-open-source = 国际刑警组织《章程》第二条、第三条；《公民权利和政治权利国际公约》第二条第一款、第十八、十九、二十一、二十二、二十六条
rule-grounds-prohibited = 经审核存在禁止事由。
rule-grounds-prohibited-help = 本事项不得继续办理。
rule-grounds-prohibited-source = 国际刑警组织《章程》第二条、第三条；《公民权利和政治权利国际公约》第二条第一款、第十八、十九、二十一、二十二、二十六条；1951年《难民公约》第三十三条
rule-grounds-own-work = 法制审核员不得是起草人。
rule-grounds-own-work-help = 请由另一位法制审核员审核。
rule-grounds-own-work-source = 审核与起草分离
rule-not-covered = 没有协议、条约或法律依据。
rule-not-covered-help = 请补充依据，或由法制审核员确认其他依据。
rule-not-covered-source = 所适用的合作协议
rule-urgency-reason = 未说明紧急理由。
rule-urgency-reason-help = 请说明理由，或改为普通等级。
rule-urgency-reason-source = 紧急等级须说明理由
rule-incomplete = 请求缺少必要内容。
rule-incomplete-help = 请补充所列项目。
rule-incomplete-source = 《联合国打击跨国有组织犯罪公约》第十八条第十五款
rule-wish-in-the-past = 期望答复时间已过。
rule-wish-in-the-past-help = 请改为将来的时间。
rule-wish-in-the-past-source = 时限须在将来
rule-ceiling = 对该合作机构仅限函件往来，不得提供涉案人员信息和证据。
rule-ceiling-help = 请删去涉案人员信息，或由两名同事在该合作机构页面完成权利保障评估并放开提供范围。
rule-ceiling-source = 合作机构的提供范围：经两人完成权利保障评估后方可提供涉案人员信息和证据
rule-review-date = 复评期限已过，或超出允许的最长期限。
rule-review-date-help = 请填写将来的日期，自今日起不超过两年；如提请搁置过久，请重新提请。
rule-review-date-source = 权利保障评估须在两年内复评
rule-partner-unconfirmed = 该合作机构尚未经第二人确认。
rule-partner-unconfirmed-help = 请由另一位同事核对指纹码后确认。
rule-partner-unconfirmed-source = 指纹码须由两人核对
rule-quarantine = 该合作机构处于隔离状态，不与其新办合作事项。
rule-quarantine-help = 请由一名同事在该合作机构页面说明理由提请解除隔离，再由第二人批准解除。隔离前已有的事项照常办理，拒绝始终可以作出。
rule-quarantine-source = 隔离：对已证实出现分叉的合作机构，在两人解除之前不新办合作事项
rule-package-not-here = 封装包尚未到达本节点，或尚未逐字节核验完毕。
rule-package-not-here-help = 请等待传输完成，或先行核验。
rule-package-not-here-source = 未经本方核验的数据，任何人不得确认
rule-package-still-here = 封装包仍保存在本节点。
rule-package-still-here-help = 请先办理删除，并由第二人确认。
rule-package-still-here-source = 所称已销毁的，须确已销毁
rule-tally-stays = 供统计的内容在记录有效期间不得删除。
rule-tally-stays-help = 其中不含姓名，请予保留。
rule-tally-stays-source = 供统计的内容随记录保留
rule-forked = 同一位置出现两条不同的记录，在出具方说明以哪一条为准之前，不能继续办理。
rule-forked-help = 请向出具方核实以哪一条为准；两条记录均作为证据保留。
rule-forked-source = 出现分叉后，出具方的记录即告冻结，直至其确认以其中一条为准
rule-not-forked = 此处没有占用同一位置的两条记录。
rule-not-forked-help = 无需处理：本机构的记录照常有效。
rule-not-forked-source = 仅当本方记录出现分叉时，方可确认以其中一条为准
rule-handed-over = 为该方代录的内容已移交该机构，今后由其自行办理。
rule-handed-over-help = 请等待该机构从其节点答复。
rule-handed-over-source = 各方记录只有一个出具方，变更须一方移交、另一方接收
rule-take-first = 他方为本机构代录的内容尚未接收。
rule-take-first-help = 请先予以确认或提出异议，再自行办理。
rule-take-first-source = 各方记录只有一个出具方，变更须一方移交、另一方接收
rule-claim-first = 本节点尚未由两人确认该代录内容属于本机构。
rule-claim-first-help = 请在该合作方页面由一人提议、另一人确认。
rule-claim-first-source = 代录的是哪一方，须经两人确认
rule-read-only = 事项含有本版本无法识别的内容，暂为只读。
rule-read-only-help = 请升级后再办理。
rule-read-only-source = 无法识别的内容之后不再续写

# 终端与页面上围绕合作事项的文字。
cover = 协定依据
ceiling = 可提供范围
read-only = 含有本版本无法识别的内容，升级前只能查看
approval-missing = 尚缺审批
draft-kept = 草稿
may-do-next = 可办理
sealed-package = 封装包
package-here = 已完整存于本节点
package-not-here = 不在本节点
side-ours = 我方
side-theirs = 对方
side-inner = 内部
side-recorded-by-them = 对方代录，该方未签
side-recorded = 我方代录，对方未签
stands-paper = 来文扫描件；我方代录，对方未签
approved-by = 审批
objection = 我方异议
overlay-received = 已收到
overlay-due = 期限
content-not-here = （内容不在此处：未提供、已删除或尚未送达）
yes = 是
no = 否

## What is wrong with what was typed

fault-missing = 请填写此项。
fault-too-long = 内容过长，篇幅较长的材料请作为文件附上。
fault-several-lines = 此项只能填写一行。
fault-deceptive = 内容含有不可见的控制字符，请重新输入，不要粘贴。
fault-not-a-word = 请从列表中选择。
fault-not-a-moment = 请填写日期和时间，均为世界协调时（UTC）。
fault-not-a-number = 请填写整数。
fault-too-many = 条目过多，一次办理容纳不下。其余内容请另行办理，或写入文件。
fault-too-large = 内容过大，一次办理容纳不下。此处文件不得超过 256 KiB，更大的文件请按证据移交。
fault-not-an-officer = 本机构没有该姓名的人员，请从列表中选择。
fault-may-not-know = 该人员尚无权知悉本事项，请先准予知悉或转办。
fault-may-not-act = 该人员的职务不能办理任何事项，请另选。
fault-no-such-matter = 未找到您有权知悉的对应事项，请从列表中选择，或填写更完整的编号。
fault-not-belonging = 此项不属于上方所选的类型，请清空此项，或在上方重新选择。
fault-not-readable = 此项内容无法识别，请重新选择或填写。

# 谁可知悉事项及其缘由；审计可见内容。
sees-by-team = 曾参与办理、获准知悉或经转办
sees-by-role = 该岗位可知悉一切未限制知悉的事项
sees-as-auditor = 可见全部办理记录，限制知悉事项的内容除外
content-not-permitted = （您的岗位无权查看此内容）
operator = （节点运维人员）

# 岗位权限表所列各项。
term-doing-open-matter = 起草并发起合作事项
term-doing-see-matter = 知悉合作事项并查看办理记录
term-doing-act-in-matter = 办理合作事项
term-doing-read-content = 查阅合作事项中的姓名、案情和文件
term-doing-intake = 收文登记（含导入离线数据包）并转办
term-doing-take-out = 将内容或密钥导出节点
term-doing-see-partners = 查看合作机构及其机构名片
term-doing-manage-partners = 添加、确认、更新或终止合作机构；列入隔离或解除隔离
term-doing-assess-partners = 提请放开或收回对合作机构的提供范围
term-doing-manage-officers = 登记人员并调整岗位
term-doing-see-audit = 查看办理、查阅和未准办理的审计记录
term-doing-take-out-audit = 将审计记录导出节点
term-doing-see-journal = 查看并校验存证日志
term-doing-administer = 运行维护节点（名片、密钥、备份）

## 译文

field-translations = 译文
field-original = 所译栏目
field-from = 原文语种
field-into = 译文语种
field-translation = 译文内容
field-declared = 译者声明
field-translator = 译者（人员、机构或软件）
term-translation-sworn = 宣誓译员翻译
term-translation-human = 人工翻译，未经宣誓
term-translation-machine = 机器翻译，未经核对
act-weigh-refusal = 记录拒绝理由（内部）
field-weigh-refusal-ground = 内部理由
field-weigh-refusal-text = 依据与权衡情况
term-inner-ground-protection = 当事人受我方保护
term-inner-ground-asylum = 当事人申请或已获庇护
term-inner-ground-victimhood = 当事人系被害人或疑似被害人
term-inner-ground-source = 可能暴露情报来源
term-inner-ground-investigation = 可能暴露侦查工作
term-inner-ground-not-held = 未掌握相关情况
term-inner-ground-not-known = 查无此人（号码、物品）
term-inner-ground-no-means = 力量不足
term-inner-ground-rights = 涉及禁止事由或基本权利
term-inner-ground-incomplete = 请求内容不完整
term-inner-ground-not-covered = 没有合作依据
term-inner-ground-needs-judicial-request = 依我方法律须经刑事司法协助
term-inner-ground-dual-criminality = 不符合双重犯罪原则
term-inner-ground-not-serious = 情节轻微
term-inner-ground-essential-interests = 涉及重大利益
rule-grade-not-lowered = 所选紧急程度并未降低。
rule-grade-not-lowered-help = 请选择更低的紧急程度，或维持不变。
rule-grade-not-lowered-source = 被请求方只能降低紧急程度，不能提高
rule-reason-inside = 尚未记录拒绝的内部理由。
rule-reason-inside-help = 请先“记录拒绝理由（内部）”，该记录不会离开本节点。
rule-reason-inside-source = 拒绝须有内部理由：规则、依据与决定人
rule-ground-told = 对外答复理由与内部理由不相符。
rule-ground-told-help = 请选用此处列明的对外答复理由。
rule-ground-told-source = 凡会暴露保护、庇护、被害人、来源或侦查的，一律同样告知
rule-neutral-without-words = 中性理由不得附言。
rule-neutral-without-words-help = 请删去附言及译文，使其与同类答复一致。
rule-neutral-without-words-source = 未掌握、不知情与不便告知，答复一致
act-recall = 撤回内容
act-answer-recall = 答复撤回请求
field-recall-of = 请求撤回的记录
field-recall-ground = 撤回理由
field-recall-text = 说明及更正内容
field-answer-recall-of = 所答复的撤回请求
field-answer-recall-result = 处理结果
field-answer-recall-ground = 继续保留的理由
field-answer-recall-until = 保留至
field-answer-recall-text = 附言
term-recall-ground-wrong = 内容有误
term-recall-ground-sent-in-error = 误发
term-recall-ground-not-lawful = 不应提供
term-recall-ground-court-order = 法院裁定
term-recall-ground-time-is-over = 留存期限已满
term-recall-result-done = 已删除
term-recall-result-refused = 不予删除
term-recall-result-held = 暂予保留
act-stand-by = 确认以其中一条为准
field-stand-by-of = 以此条及其之前的记录为准
field-stand-by-cause = 产生原因
field-stand-by-text = 附言
term-fork-cause-old-copy = 节点的旧副本同时在运行
term-fork-cause-two-nodes = 两个节点使用同一密钥
term-fork-cause-key-misused = 密钥被他人使用
term-fork-cause-malfunction = 节点或存储故障
term-fork-cause-not-known = 尚未查明
term-keep-ground-in-proceedings = 已入诉讼案卷
term-keep-ground-law-demands = 法律要求留存
term-keep-ground-decision-awaited = 有待法院或主管机关决定
term-keep-ground-life-or-liberty = 关系生命或人身自由
rule-content-still-here = 所称已删除的内容仍在本节点。
rule-content-still-here-help = 请先由两人删除所列内容，再行答复。
rule-content-still-here-source = 称已删除的，须确已删除
