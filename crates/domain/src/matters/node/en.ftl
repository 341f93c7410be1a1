# The node itself

node = Node

status-node-blank = Not set up
status-node-running = Running

act-node-initialise = Set up the node
act-node-incident = Record an incident
act-node-export = Record an export
act-node-refused = Record a refusal
act-node-read-audit = Look at the audit

field-node-incident-trouble = What went wrong
field-node-incident-partner = With which agency
field-node-incident-entry = About which entry
field-node-incident-detail = What was seen
field-node-export-what = What leaves the node
field-node-export-matter = Of which matter
field-node-export-to = To which agency
field-node-export-purpose = For what
field-node-refused-rule = Under which rule
field-node-refused-act = Which act was wanted
field-node-refused-matter = In which matter
field-node-read-audit-matter = Of which matter

term-trouble-unknown-partner = An unknown agency tried to connect
term-trouble-bad-entry = A partner's entry was changed or wrongly signed
term-trouble-bad-part = Content that does not match its entry
term-trouble-bad-receipt = A receipt that proves nothing
term-trouble-rewritten-past = A partner's journal was rewritten
term-trouble-bad-batch = A batch that cannot be read
term-trouble-fork = Two entries for one place by a partner
term-trouble-clock-skew = A partner's clock is far off
term-trouble-passkey-went-back = A passkey's count went back; it may have been copied
term-trouble-stream-mismatch = The two nodes' streams do not agree
term-export-proof-with-content = A proof with content
term-export-sealed-package = A sealed package, to a file
term-export-package-content = The content of a sealed package
term-export-audit = Lines of the audit
term-export-packages-key = The key that opens sealed packages
term-export-bundle = A bundle for a partner, to a file
