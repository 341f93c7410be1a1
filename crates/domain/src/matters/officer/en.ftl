# A person who works here

officer = Officer

status-officer-unknown = Not enlisted
status-officer-serving = Serving
status-officer-dismissed = No longer serving

act-officer-enlist = Enlist
act-officer-assign-roles = Assign roles
act-officer-dismiss = Dismiss

field-officer-enlist-roles = Roles
field-officer-enlist-name = Name
field-officer-assign-roles-roles = All roles from now on
