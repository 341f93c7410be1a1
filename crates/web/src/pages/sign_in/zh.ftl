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
page-again-what = 接下来的操作影响重大，请再次输入密码。

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
page-account-end-what = 所有设备均会退出登录，包括本机。
page-account-end = 全部退出
