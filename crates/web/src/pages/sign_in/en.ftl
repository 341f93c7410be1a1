# Signing in, taking up an invitation, and one's own account

page-sign-in = Sign in
page-sign-in-demo = This is a demonstration: sit down as anybody. All people and cases are invented.
page-sign-in-code = Code of your authenticator

page-door-name = Name
page-door-password = Password
page-door-code = Six digits
page-door-code-hint = As your authenticator shows them now.
page-door-recovery = Recovery code
page-door-recovery-hint = One of the ten you were given. Each is good once.
page-door-invitation = Invitation code
page-door-invitation-hint = Upper or lower case, with or without hyphens.
page-door-new-password = New password
page-door-new-password-hint = At least 12 characters. A few words that do not belong together are good and easy to remember.
page-door-set-up-code = Set-up code
page-door-set-up-code-hint = The node printed it on its terminal when it was started.
page-door-first-name = Your name
page-door-second-name = Name of the second administrator
page-door-on = Continue
page-door-have-invitation = I have an invitation code
page-door-no-authenticator = I do not have my authenticator
page-door-have-authenticator = I have my authenticator
page-door-nickname = Name of the passkey
page-door-nickname-hint = For example: my telephone, blue security key.
page-door-picture = Picture for your authenticator to read
page-door-wrong = Name or password is not right. Try again.
page-door-wrong-password = The password is not right. Try again.
page-door-wrong-code = This code is not right, or was used already. Wait for the next one.
page-door-later = Too many tries. Wait a little, then try again.

page-unfit-too-short = A password has at least 12 characters.
page-unfit-too-long = A password has at most 1,024 bytes.
page-unfit-holds-name = A password does not hold your own name.

page-welcome = Take up an invitation
page-welcome-what = Your administrator has given you a code. With it you choose, once, what you sign in with.
page-welcome-not-invited = This code opens nothing. It may be mistyped, used already, or too old; your administrator can give you another.
page-welcome-password = Choose a password
page-welcome-you-are = You are
page-welcome-authenticator = Set up an authenticator
page-welcome-scan = Let an authenticator on your telephone read this picture.
page-welcome-type = Or type this text into it
page-welcome-done = You can sign in now
page-welcome-next-code = To sign in, wait until your authenticator shows the next code.

page-recovery = Recovery codes
page-recovery-what = Print them or write them down, and keep them apart from your telephone. They are not shown again.
page-recovery-renew = New codes make those you have void.
page-recovery-new = Make new codes

page-set-up = Set up this node
page-set-up-what = Nobody can sign in yet. Two administrators begin; neither can give roles alone.
page-set-up-wrong = This is not the set-up code.
page-set-up-two-people = Name two different people.
page-set-up-done = Hand over the second invitation
page-set-up-hand-over = Give this code to the second administrator in person. It is not shown again.
page-set-up-go-on = Continue with my own invitation

page-invitation-for = For
page-invitation-until = Can be taken up until

page-again = Is it you?
page-again-what = What comes next is grave, so you are asked again who you are.
page-again-done = Thank you
page-again-kept = What you filled in is kept. Go on with it.
page-again-wrong = Password or code is not right, or the code was used already. Try again.

page-account = Account
page-account-roles = Roles
page-account-means = What you sign in with
page-account-authenticator = Authenticator
page-account-set = Set
page-account-not-set = Not set
page-account-left = { $count } left
page-account-change = Change
page-account-save = Save
page-account-password = Change the password
page-account-recovery-done = New recovery codes
page-account-sessions = Sessions
page-account-end-what = This signs you out everywhere, here too.
page-account-end = End all sessions

page-passkey-or = Or:
page-passkey-sign-in = Sign in with a passkey
page-passkey-use = Use a passkey
page-passkey-failed = No passkey was used. Try again, or use your password and a code.
page-passkey-not-made = No passkey was made. This device may hold one already.
page-passkey-unsupported = This browser has no passkeys for this page. Use your password and a code.
page-passkey-script = Passkeys need scripts, which this browser does not run here. Use your password and a code.
page-passkey-none = The browser sent no passkey. Try again, or use your password and a code.
page-passkey-late = That took too long. Try again.
page-passkey-wrong = This passkey does not sign in here. Try another, or use your password and a code.

page-passkeys = Passkeys
page-passkeys-what = A passkey signs you in without a password. It stays in your device or security key, which asks for your finger, face or PIN.
page-passkeys-none = You have none.
page-passkey-lost = If a device is lost, remove its passkey and end all sessions.
page-passkey-no-site = No passkey can be added here: that needs the desk to be reached by a name, over TLS.
page-passkey-enough = You have as many passkeys as there can be. Remove one before you add another.
page-passkey-add = Add a passkey
page-passkey-how = Name it so that you know it again. Then your browser asks where to keep it.
page-passkey-make = Add
page-passkey-added = Added
page-passkey-copied = may lie in several of your devices
page-passkey-one-device = in one device only
page-passkey-remove = Remove
page-passkey-nameless = Give it a name of one line.
page-passkey-unfit = The browser’s answer does not fit what was asked. Try again.
page-passkey-known = This passkey has been added already.

page-account-sessions-what = Each browser in which you are signed in. A session ends after half an hour without use, and after twelve hours.
page-session-here = This browser
page-session-begun = Since
page-session-seen = last used
page-session-end = End this session
