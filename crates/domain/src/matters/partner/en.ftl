# A partner

partner = Partner

status-partner-unknown = Not known
status-partner-added = Added, to be confirmed by a second person
status-partner-confirmed = Confirmed
status-partner-ended = Ended

act-partner-add = Add the partner
act-partner-add-off-network = Add a partner that has no node
act-partner-confirm = Confirm as second person
act-partner-describe = Change name or address
act-partner-propose-widening = Propose to lift the floor
act-partner-widen = Lift the floor as second person
act-partner-narrow = Take back to the floor
act-partner-end = End the partnership

field-partner-add-agency = Agency
field-partner-add-card = Agency card
field-partner-add-compared = How the fingerprint was compared
field-partner-add-name = What we call it
field-partner-add-at = Where its node answers (when not as its card says)
field-partner-add-off-network-agency = Agency
field-partner-add-off-network-name = What we call it
field-partner-add-off-network-place = Country or territory, or body
field-partner-add-off-network-reached = How it is reached
field-partner-describe-name = What we call it
field-partner-describe-at = Where its node answers (when not as its card says)
field-partner-propose-widening-to = What it would be allowed to get
field-partner-propose-widening-review_by = To be reviewed by (at most two years from now)
field-partner-propose-widening-assessment = Rights assessment: fair trial, torture and ill-treatment, death penalty, data protection, persecution
field-partner-propose-widening-source = Document or source it rests on
field-partner-widen-of = Proposal
field-partner-narrow-reason = Why it goes back to the floor
field-partner-end-reason = Why it ends

term-compared-by-people = Compared by people who know each other
term-compared-introduced = Introduced by another party, not compared

assessment = Rights assessment
term-assessment-missing = none accepted yet
term-assessment-holds = holds
term-assessment-lapsed = lapsed: its review date has passed
term-assessment-narrowed = taken back to the floor

act-partner-propose-link = Propose that it has a node now
act-partner-link = Confirm as second person that it has a node now
act-partner-propose-claim = Propose that its record is about us
act-partner-claim = Confirm as second person that its record is about us

field-partner-propose-link-agency = The agency it is, met by its card
field-partner-link-of = Proposal
field-partner-propose-claim-party = The record it kept
field-partner-claim-of = Proposal

act-partner-quarantine = Put in quarantine
act-partner-record-fork = Record a proven fork (by the node)
act-partner-propose-lifting = Propose to lift the quarantine
act-partner-lift = Lift the quarantine as second person

field-partner-quarantine-reason = Why no new matters are opened with it
field-partner-record-fork-entry = The entry that proves it
field-partner-propose-lifting-reason = Why the quarantine can be lifted: what the partner has explained, what has been checked
field-partner-lift-of = Proposal

quarantine = Quarantine
quarantine-means = No new matters with this partner. Open ones go on, and what it sends is stored and receipted as before; what it opens meanwhile can be refused, and is not taken up until two people have lifted this.
quarantine-arrived = Opened by a partner in quarantine. It is stored and receipted, and can be refused; it is not acknowledged or taken up until two people have lifted the quarantine.
term-quarantine-fork = It signed two different entries for one place; both are kept as proof
term-quarantine-person = A colleague put it in quarantine
