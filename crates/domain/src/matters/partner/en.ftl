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
field-partner-end-reason = Why it ends

term-compared-by-people = Compared by people who know each other
term-compared-introduced = Introduced by another party, not compared
