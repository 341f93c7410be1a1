# 机构名片与密钥（命令行）

card-other-root = 该根密钥不属于本机构。
card-node-runs = 更换密钥须在节点停机时进行，请先停止节点。未作任何更改。
card-renewed = 第{ $number }号机构名片已生效，节点全部密钥已更换；以原密钥加密的内容和封装件仍可打开。
card-disowned = 原签名密钥已声明作废：在{ $stands }项办理记录中有效至所声明的截止位置；本节点现存以本机构名义签出而超出截止位置的{ $beyond }条记录不再生效。新的日志纪元已开始并经声明。
card-keys-gone = 下列密钥已不在节点：{ $keys }。仅能由其打开的内容无法再打开。
card-partners-take-it = 请将根密钥重新离线保管，然后启动节点；合作方将在下次会话中取得新名片。
card-by-hand = 上一号名片未载明后续TLS密钥，合作方无法以新密钥找到本节点。请将名片（comity card show --out）交给合作方，由其以 comity partner card 登记。
card-taken = 已取得{ $name }第{ $number }号机构名片。
