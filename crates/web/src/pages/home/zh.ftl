page-home-arrived = 有 { $count } 件来文尚无人受理。
page-home-intake = 前往收文登记
page-home-waits = 待我方办理
page-home-waits-none = 目前没有待我方办理的事项。
page-home-waits-more = 共 { $all } 件，显示最先到期的 { $told } 件。
page-home-incidents-all = 查看全部异常情况
page-home-open = 未办结事项
page-home-last = 双方最近一次办理
