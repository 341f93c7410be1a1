# 登录、开通登录与本人账户

page-sign-in = 登录
page-sign-in-demo = 此为演示系统，可任选一人身份进入。人员和案情均属虚构。
page-sign-in-code = 输入动态口令

page-door-name = 姓名
page-door-password = 密码
page-door-code = 六位动态口令
page-door-code-hint = 请输入验证器当前显示的数字。
page-door-recovery = 恢复码
page-door-recovery-hint = 开通时发放的十个恢复码之一，每个只能用一次。
page-door-invitation = 开通码
page-door-invitation-hint = 不区分大小写，连字符可省略。
page-door-new-password = 新密码
page-door-new-password-hint = 至少 12 个字符。几个互不相干的词连在一起，既安全又好记。
page-door-set-up-code = 初始化码
page-door-set-up-code-hint = 节点启动时显示在终端上。
page-door-first-name = 您的姓名
page-door-second-name = 第二名管理员的姓名
page-door-on = 下一步
page-door-have-invitation = 我有开通码
page-door-no-authenticator = 验证器不在身边
page-door-have-authenticator = 验证器在身边
page-door-nickname = 通行密钥名称
page-door-nickname-hint = 例如：我的手机、蓝色安全密钥。
page-door-picture = 供验证器扫描的二维码
page-door-wrong = 姓名或密码不正确，请重试。
page-door-wrong-password = 密码不正确，请重试。
page-door-wrong-code = 口令不正确或已使用，请等待下一个口令。
page-door-later = 尝试次数过多，请稍后再试。

page-unfit-too-short = 密码至少 12 个字符。
page-unfit-too-long = 密码最长 1024 字节。
page-unfit-holds-name = 密码中不得含有本人姓名。

page-welcome = 开通登录
page-welcome-what = 请使用管理员交给您的开通码，自行设置登录方式。开通码只能使用一次。
page-welcome-not-invited = 开通码无效，可能输入有误、已经使用或已过期。请向管理员重新索取。
page-welcome-password = 设置密码
page-welcome-you-are = 您是
page-welcome-authenticator = 绑定验证器
page-welcome-scan = 请用手机上的验证器扫描二维码。
page-welcome-type = 也可在验证器中手动输入以下密钥
page-welcome-done = 登录已开通
page-welcome-next-code = 请等验证器显示下一个口令后再登录。

page-recovery = 恢复码
page-recovery-what = 请打印或抄写，与手机分开保管。恢复码不再显示。
page-recovery-renew = 生成新的恢复码后，原有恢复码全部作废。
page-recovery-new = 生成新的恢复码

page-set-up = 初始化本节点
page-set-up-what = 目前尚无人可以登录。须先设两名管理员，任何一名都不能单独授予岗位。
page-set-up-wrong = 初始化码不正确。
page-set-up-two-people = 请填写两个不同的人。
page-set-up-done = 转交第二名管理员的开通码
page-set-up-hand-over = 请当面交给第二名管理员。开通码不再显示。
page-set-up-go-on = 继续开通本人登录

page-invitation-for = 开通对象
page-invitation-until = 有效期至

page-again = 请再次确认身份
page-again-what = 接下来的操作影响重大，请再次确认身份。
page-again-done = 身份已确认
page-again-kept = 您所填写的内容已保留，请继续。
page-again-wrong = 密码或口令不正确，或口令已使用，请重试。

page-account = 本人账户
page-account-roles = 岗位
page-account-means = 登录方式
page-account-authenticator = 验证器
page-account-set = 已设置
page-account-not-set = 未设置
page-account-left = 剩余 { $count } 个
page-account-change = 更改
page-account-save = 保存
page-account-password = 更改密码
page-account-recovery-done = 新的恢复码
page-account-sessions = 登录状态
page-account-end-what = 全部退出后，所有设备均退出登录，包括本机。
page-account-end = 全部退出

page-passkey-or = 或者：
page-passkey-sign-in = 使用通行密钥登录
page-passkey-use = 使用通行密钥
page-passkey-failed = 未能使用通行密钥。请重试，或使用密码和动态口令。
page-passkey-not-made = 未能生成通行密钥，该设备可能已有一个。
page-passkey-unsupported = 当前浏览器在本页无法使用通行密钥，请使用密码和动态口令。
page-passkey-script = 通行密钥需要浏览器运行脚本，当前未启用。请使用密码和动态口令。
page-passkey-none = 浏览器没有送来通行密钥。请重试，或使用密码和动态口令。
page-passkey-late = 等待时间过长，请重试。
page-passkey-wrong = 该通行密钥不能在此登录。请换一个，或使用密码和动态口令。

page-passkeys = 通行密钥
page-passkeys-what = 使用通行密钥登录不需要密码。通行密钥保存在您的设备或安全密钥中，使用时须验证指纹、面容或 PIN 码。
page-passkeys-none = 尚未添加。
page-passkey-lost = 设备遗失时，请移除其通行密钥，并全部退出登录。
page-passkey-no-site = 此处无法添加通行密钥：须以域名并经 TLS 访问本系统。
page-passkey-enough = 通行密钥数量已达上限，请先移除一个再添加。
page-passkey-add = 添加通行密钥
page-passkey-how = 请起一个便于辨认的名称，随后由浏览器询问保存位置。
page-passkey-make = 添加
page-passkey-added = 添加于
page-passkey-copied = 可在您的多台设备上使用
page-passkey-one-device = 仅限一台设备
page-passkey-remove = 移除
page-passkey-nameless = 请填写名称，只写一行。
page-passkey-unfit = 浏览器的答复与要求不符，请重试。
page-passkey-known = 该通行密钥已经添加。

page-account-sessions-what = 以下浏览器处于登录状态。闲置半小时或登录满十二小时，登录自动失效。
page-session-here = 当前浏览器
page-session-begun = 登录时间
page-session-seen = 最近使用
page-session-end = 退出该登录
