page-home-arrived = { $count } arrived that nobody here has taken up.
page-home-intake = Go to intake
page-home-waits = Waiting for us
page-home-waits-none = Nothing waits for us.
page-home-waits-more = { $told } of { $all } are shown, what falls due first at the top.
page-home-incidents-all = All incidents
page-home-open = Open matters
page-home-last = Last act, by either side
