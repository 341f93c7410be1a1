# 恢复节点（命令行）

restore-done = 备份已就位：{ $dir }。其存证日志完整，共 { $records } 条，最后一条记于 { $last }。此后本节点内部所记内容（草稿、审批、备注、阅览、删除等）已丢失。
restore-kept = 原有目录保留在 { $dir }。切勿同时启动两者，否则会先后签出互相矛盾的记录。
restore-next = 现可启动节点。节点将与各合作方核对收发记录，取回已签和已收的记录；核对完毕且机构根密钥声明新的日志纪元（comity epoch declare）之前，不对外签发。
restore-newer = 未作任何改动：现有节点比备份多 { $count } 条记录，备份的最后一条记于 { $last }。如确需舍弃这些记录，请加 --lose-newer。
restore-other-node = 未作任何改动：该备份不属于 { $dir } 处节点所属的机构。
restore-broken = 未作任何改动：备份的存证日志未通过校验（{ $count } 处问题）。请改用更早的备份。
restore-no-journal = { $dir } 中没有可读取的存证日志。
restore-in-the-way = { $dir } 系上次恢复中断所留，请查看后移除。

restore-no-epoch = 没有待声明的日志纪元：未发现本节点已签而此处缺失的记录。
restore-other-root = 该根密钥不属于本机构。
restore-declared = 已声明日志纪元 { $epoch }；待此签发的 { $released } 项办理已签发。新名片将在下次交换时送达各合作方。
restore-recovered = 取回我方记录 { $count } 条
restore-awaits = 本节点系由旧备份恢复。机构根密钥声明新的日志纪元（comity epoch declare）之前，不对外签发。
