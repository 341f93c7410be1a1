# 本单位人员

officer = 人员

status-officer-unknown = 未登记
status-officer-serving = 在岗
status-officer-dismissed = 已离岗

act-officer-enlist = 登记人员
act-officer-assign-roles = 调整岗位
act-officer-propose-roles = 提请调整岗位
act-officer-grant-roles = 复核并授予岗位
act-officer-dismiss = 办理离岗
act-officer-invite = 开通登录
act-officer-set-password = 设置密码
act-officer-enrol-totp = 绑定动态口令
act-officer-set-recovery-codes = 生成恢复码
act-officer-use-recovery-code = 使用恢复码
act-officer-add-passkey = 添加通行密钥
act-officer-remove-passkey = 移除通行密钥
act-officer-sign-in = 登录
act-officer-prove-again = 再次确认身份
act-officer-end-sessions = 强制全部下线
act-officer-keep-filter = 保存筛选条件
act-officer-drop-filter = 删除筛选条件

field-officer-enlist-roles = 岗位
field-officer-enlist-name = 姓名
field-officer-assign-roles-roles = 调整后的全部岗位
field-officer-propose-roles-roles = 拟授予的全部岗位
field-officer-grant-roles-of = 所复核的提请
field-officer-invite-expires = 有效期至
field-officer-invite-code = 开通码
field-officer-set-password-invitation = 所使用的开通码
field-officer-set-password-password = 密码
field-officer-enrol-totp-step = 口令时间步
field-officer-enrol-totp-authenticator = 动态口令密钥
field-officer-set-recovery-codes-count = 恢复码数量
field-officer-set-recovery-codes-codes = 恢复码
field-officer-use-recovery-code-number = 恢复码序号
field-officer-add-passkey-nickname = 通行密钥名称
field-officer-add-passkey-count = 通行密钥签名次数
field-officer-add-passkey-credential = 通行密钥
field-officer-remove-passkey-of = 所移除的通行密钥
field-officer-keep-filter-name = 筛选名称
field-officer-keep-filter-shows = 筛选内容
field-officer-drop-filter-of = 所删除的筛选
field-officer-sign-in-means = 登录方式
field-officer-sign-in-step = 口令时间步
field-officer-sign-in-passkey = 所用通行密钥
field-officer-sign-in-count = 通行密钥签名次数
field-officer-prove-again-means = 确认方式
field-officer-prove-again-step = 口令时间步
field-officer-prove-again-passkey = 所用通行密钥
field-officer-prove-again-count = 通行密钥签名次数

term-sign-in-means-password-totp = 密码加动态口令
term-sign-in-means-passkey = 通行密钥
term-sign-in-means-password-passkey = 密码加通行密钥
term-sign-in-means-recovery-code = 密码加恢复码
term-sign-in-means-demo = 演示登录（不验证身份）
