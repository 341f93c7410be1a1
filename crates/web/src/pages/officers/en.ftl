page-officers = Officers
page-officers-what = Roles say what somebody may do. Two administrators give them, and nobody gives any to themselves.
page-officers-name = Name
page-officers-roles = Roles
