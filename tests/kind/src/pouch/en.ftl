# A pouch between two agencies

pouch = Sealed pouch
party-pouch-sending = the sending party
party-pouch-receiving = the receiving party

status-pouch-announced = Announced
status-pouch-listed = Listed, not yet agreed by both
status-pouch-agreed = List agreed
status-pouch-offered = Handed over, not yet taken
status-pouch-taken = Taken over

act-pouch-open = Announce the pouch
act-pouch-list = List what is in it
act-pouch-agree = Agree to the list
act-pouch-offer = Hand over
act-pouch-take = Take over
act-pouch-close = Close

field-pouch-open-title = What it is for
field-pouch-list-pieces = Pieces
field-pouch-list-inventory = Inventory
field-pouch-offer-seal = Number of the seal
field-pouch-offer-carrier = Who carries it
