# 离线数据包：命令行和页面用语

bundle-at = 离线数据包位于：{ $file }
bundle-exported = 交{ $partner }的离线数据包已生成（{ $bytes } 字节），内含记录 { $entries } 条、对来文的回执 { $receipted } 条、封装包 { $packages } 个。
bundle-exported-next = 请送达对方，由对方在工作台“离线数据包”页面或用 comity bundle import 导入。收到{ $partner }的回执之前，以后每次导出都会再次包含这些记录。
bundle-left-out = 另有 { $count } 个封装包{ $partner }尚未接收，未装入本数据包；可选择一并装入（--with-packages）。
bundle-asks = 本节点上次未正常停止，可能是旧的备份。数据包已向{ $partner }核对其掌握的情况；在此导入对方的下一个数据包之前，已批准的办理暂不签发。

bundle-imported = 来自{ $partner }：新收记录 { $received } 条，我方记录收到回执 { $delivered } 条，封装包 { $packages } 个。
bundle-gap = { $partner }的第 { $first } 至 { $last } 条记录尚未收到，本数据包中其后的记录暂未收入。内容并未丢失：请向{ $partner }导出一个数据包，让对方知道此处缺少哪些记录，并请对方重新导出。
bundle-diverged = 我方记录在{ $partner }处的情况，或对方记录在我方的情况，双方不一致，详见本节点的异常记录。其中一方的节点可能是旧的备份：在签发其他办理之前，请先与对方联系核对。
bundle-refused = 有 { $count } 条记录未收入（{ $why }），其后的记录等待处理。本节点的异常记录列明了这些记录，请向发送方查问。
bundle-package-failed = 有封装包未能收入：{ $why }。问题解决后请再次导入本数据包，已收入的内容不受影响。
bundle-wanted = { $partner }移交的 { $count } 个封装包尚未到达。请对方连同封装包重新导出（--with-packages）。
bundle-compared = { $partner }已答复其掌握的情况：双方记录一致，等待核对的 { $released } 项办理已签发。
bundle-next = 请向{ $partner }导出一个离线数据包，把对来文的回执带回（comity bundle export）。

bundle-error-not-a-bundle = 该文件不是本版本能读取的离线数据包，未收入任何内容。请对方重新提供，并问明由哪个版本生成。
bundle-error-other-key = 数据包加密所用的密钥不在本节点，未收入任何内容。它是给其他机构的，或使用了我方未在此启用的机构名片。
bundle-error-cut = 数据包不完整，文件末尾缺失，未收入任何内容。请重新复制整个文件。
bundle-error-altered = 数据包的内容在加密后被改动，未收入任何内容。请重新复制文件，或请对方重新导出。
bundle-error-disorder = 数据包可以解密，但内容不符合离线数据包的格式，未收入任何内容。请对方用现行版本重新导出。
bundle-error-not-for-us = 数据包载明的接收方是其他机构，未收入任何内容。
bundle-error-stranger = 数据包的发送方不是本单位已确认的合作机构，未收入任何内容。请先添加该机构并通过电话核对指纹码，由另一人确认，再导入。
bundle-error-not-signed = 数据包没有所载发送机构的有效签名，未收入任何内容。请向该机构核实是否由其生成。
bundle-error-unreadable = 无法从当前位置读取该文件。请将其复制到本机后再导入。
