page-officers = 人员
page-officers-what = 岗位决定可以办理的事项。岗位须由两名管理员授予，任何人不得为自己授予。
page-officers-name = 姓名
page-officers-roles = 岗位
