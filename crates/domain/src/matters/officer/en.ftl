# A person who works here

officer = Officer

status-officer-unknown = Not enlisted
status-officer-serving = Serving
status-officer-dismissed = No longer serving

act-officer-enlist = Enlist
act-officer-assign-roles = Assign roles
act-officer-propose-roles = Propose roles
act-officer-grant-roles = Grant roles, as second person
act-officer-dismiss = Dismiss
act-officer-invite = Invite to sign in
act-officer-set-password = Set password
act-officer-enrol-totp = Set up authenticator
act-officer-set-recovery-codes = Set recovery codes
act-officer-use-recovery-code = Use a recovery code
act-officer-add-passkey = Add passkey
act-officer-remove-passkey = Remove passkey
act-officer-sign-in = Sign in
act-officer-prove-again = Prove again who one is
act-officer-end-sessions = End all sessions
act-officer-keep-filter = Keep filter
act-officer-drop-filter = Remove filter

field-officer-enlist-roles = Roles
field-officer-enlist-name = Name
field-officer-assign-roles-roles = All roles from now on
field-officer-propose-roles-roles = All roles from then on
field-officer-grant-roles-of = Proposal
field-officer-invite-expires = Can be taken up until
field-officer-invite-code = Code
field-officer-set-password-invitation = Invitation taken up
field-officer-set-password-password = Password
field-officer-enrol-totp-step = Time step of the code
field-officer-enrol-totp-authenticator = Authenticator
field-officer-set-recovery-codes-count = How many codes
field-officer-set-recovery-codes-codes = Codes
field-officer-use-recovery-code-number = Which code
field-officer-add-passkey-nickname = Name of the passkey
field-officer-add-passkey-count = Signatures made by it
field-officer-add-passkey-credential = Passkey
field-officer-remove-passkey-of = Passkey removed
field-officer-keep-filter-name = Name of the filter
field-officer-keep-filter-shows = What it shows
field-officer-drop-filter-of = Filter removed
field-officer-sign-in-means = Signed in by
field-officer-sign-in-step = Time step of the code
field-officer-sign-in-passkey = Passkey
field-officer-sign-in-count = Signatures made by the passkey
field-officer-prove-again-means = Proven by
field-officer-prove-again-step = Time step of the code
field-officer-prove-again-passkey = Passkey
field-officer-prove-again-count = Signatures made by the passkey

term-sign-in-means-password-totp = Password and authenticator code
term-sign-in-means-passkey = Passkey
term-sign-in-means-password-passkey = Password and passkey
term-sign-in-means-recovery-code = Password and recovery code
term-sign-in-means-demo = Demonstration, without any check
