page-sign-in = 登录
page-sign-in-demo = 此为演示系统，可任选一人身份进入。人员和案情均属虚构。
