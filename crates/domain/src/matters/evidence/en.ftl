# Evidence handed from one agency to another

evidence = Evidence transfer
party-evidence-giving = the giving party
party-evidence-receiving = the receiving party

status-evidence-announced = Announced, nothing sent yet
status-evidence-sent = Sent, not yet checked
status-evidence-mismatch = Not as it was sealed
status-evidence-received = Checked and whole, not yet taken over
status-evidence-giving-back = Given back, not yet taken back
status-evidence-held = In the receiver's custody
status-evidence-ended = Given back, withdrawn, replaced or destroyed

stands-evidence-sent = sent, not yet checked
stands-evidence-mismatch = not as it was sealed
stands-evidence-received = checked and whole, not yet taken over
stands-evidence-held = taken into custody
stands-evidence-giving-back = given back, not yet taken back
stands-evidence-given-back = taken back
stands-evidence-withdrawn = withdrawn
stands-evidence-replaced = replaced by another package
stands-evidence-destroyed = destroyed

act-evidence-open = Announce evidence
act-evidence-transfer = Hand over a sealed package
act-evidence-withdraw = Withdraw a package
act-evidence-receive = Received and checked
act-evidence-accept = Take into custody
act-evidence-release = Release for further use
act-evidence-give-back = Give back
act-evidence-take-back = Take back
act-evidence-destroy = Destroyed
act-evidence-close = Close

field-evidence-open-handling = Handling code
field-evidence-open-as_evidence = May be used as evidence in court
field-evidence-open-purpose = Purpose
field-evidence-open-basis = Legal basis
field-evidence-open-offences = Offences it may be used for
field-evidence-open-give_back_by = To be given back by
field-evidence-open-destroy_by = To be destroyed by
field-evidence-open-given_for = Given for the matter
back-evidence-open-given_for = Evidence given for it
hint-evidence-open-given_for = Choose one of the list, or write its number or the beginning of it.
field-evidence-open-restriction_stated = Restriction stated
field-evidence-open-title = What it is
field-evidence-open-collected = How it was collected
field-evidence-open-authority = Authority it was collected under
field-evidence-open-basis_text = Legal basis in words
field-evidence-open-restriction = Restriction
field-evidence-transfer-package = Package
field-evidence-transfer-size = Bytes
field-evidence-transfer-files = Files
field-evidence-transfer-replaces = In place of the handing over
field-evidence-transfer-label = What it is
field-evidence-transfer-condition = Tool, condition, seals
field-evidence-transfer-header = Signed envelope
field-evidence-withdraw-of = Handing over withdrawn
field-evidence-withdraw-reason = Why it is withdrawn
field-evidence-receive-check = Check
field-evidence-release-handling = Handling code
field-evidence-release-as_evidence = May be used as evidence in court
field-evidence-release-restriction_stated = Restriction stated
field-evidence-release-authority = On what it rests
field-evidence-release-restriction = Restriction
field-evidence-destroy-authority = Order or term

mark-evidence-h0 = H0 to prevent and combat crime
mark-evidence-h1 = H1 not in court without the provider's permission
mark-evidence-h2 = H2 not to be passed on without the provider's permission
mark-evidence-h3 = H3 as the restriction says
mark-evidence-as-evidence = May be used as evidence
mark-evidence-not-as-evidence = Not as evidence until released

clock-check-package = Checking the package
clock-give-back = Giving back
clock-destroy = Destruction
