# A gathering of agencies

gathering = Gathering
party-gathering-convenor = the convenor
party-gathering-member = a member

status-gathering-convened = Convened
status-gathering-proposed = Text not yet agreed by all
status-gathering-agreed = Text agreed by all

act-gathering-open = Convene
act-gathering-propose = Put a text to all
act-gathering-agree = Agree to the text
act-gathering-report = Tell what was done
act-gathering-close = Close

field-gathering-open-title = What it is about
field-gathering-propose-text = Text
field-gathering-report-places = Places searched
field-gathering-report-summary = What everybody is to know
field-gathering-report-findings = What was found

mark-gathering-one-place = One place has been searched
mark-gathering-several-places = Several places have been searched
