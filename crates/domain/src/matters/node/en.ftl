# The node itself

node = Node

status-node-blank = Not set up
status-node-running = Running

act-node-initialise = Set up the node
act-node-incident = Record an incident
act-node-export = Record an export
act-node-import = Record what was carried in
act-node-refused = Record a refusal
act-node-read-audit = Look at the audit

field-node-incident-trouble = What went wrong
field-node-incident-partner = With which agency
field-node-incident-entry = About which entry
field-node-incident-detail = What was seen
field-node-incident-why = Why it was set aside
field-node-incident-size = Bytes kept
field-node-incident-bytes = What was set aside
field-node-export-what = What leaves the node
field-node-export-matter = Of which matter
field-node-export-to = To which agency
field-node-export-purpose = For what
field-node-import-from = From which agency
field-node-import-received = New entries
field-node-import-delivered = Entries of ours delivered since
field-node-import-packages = Sealed packages
field-node-refused-rule = Under which rule
field-node-refused-act = Which act was wanted
field-node-refused-matter = In which matter
field-node-read-audit-matter = Of which matter

term-trouble-unknown-partner = An unknown agency tried to connect
term-trouble-bad-entry = An entry from a partner was set aside: it does not count and is not receipted; later entries go on
term-trouble-not-kept = A partner set one of our entries aside and gives no receipt for it
term-trouble-too-new = A partner opened a matter of a kind newer than this node: it is kept and receipted, and shown once the node is upgraded
term-trouble-no-room = Too much of a partner's waits for earlier entries: nothing more is taken in from it until some of that is settled
term-trouble-bad-part = Content that does not match its entry
term-trouble-bad-receipt = A receipt that proves nothing
term-trouble-rewritten-past = A partner's journal was rewritten
term-trouble-bad-batch = A batch that cannot be read
term-trouble-fork = Two entries for one place by a partner
term-trouble-clock-skew = A partner's clock is far off
term-trouble-key-disowned = An agency has disowned a lost key: what the key signed beyond the point its root has stated counts no longer
term-trouble-key-misused = A partner has what somebody else signed with our disowned key: it counts nowhere, and is kept as proof
term-trouble-passkey-went-back = A passkey's count went back; it may have been copied
term-trouble-old-copy = This node was put back from an older copy: a partner has shown it what it signed and does not have. It fetches that back, and signs nothing for partners until the root key has declared the new epoch of its log
term-trouble-partner-old-copy = The partner's node was put back from an older copy, and gets back from us what it lost
term-trouble-stream-mismatch = The two nodes' streams do not agree
term-export-proof-with-content = A proof with content
term-export-sealed-package = A sealed package, to a file
term-export-package-content = The content of a sealed package
term-export-audit = Lines of the audit
term-export-packages-key = The key that opens sealed packages
term-set-aside-malformed = The bytes are no entry
term-set-aside-inner-lane = It is of the sender's own inner record, which never travels
term-set-aside-weak-suite = It is signed by a method too weak to count
term-set-aside-unknown-card = It is signed under an agency card that is not known here
term-set-aside-wrong-card = It is signed under the card of another agency
term-set-aside-bad-signature = The signature does not hold
term-set-aside-ours-but-not-here = It is in our name, and we never wrote it
term-set-aside-not-shared = It is in a matter that stays inside one node
term-set-aside-not-addressed = It is in a matter of which the sender or we are no party
term-set-aside-recorded-for-us = Somebody else wrote it on our behalf
term-set-aside-foreign-lane = Its author may not write on behalf of that party
term-export-bundle = A bundle for a partner, to a file
