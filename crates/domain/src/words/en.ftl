# The words all kinds of matters share.

matter = Matter
timeline = Timeline
exercise = Exercise

## Sides and statuses

ours = Ours
theirs = Theirs
party-own = this agency
status-draft = Being drafted
status-closed = Closed
waiting-for = Waiting for { $party }
waiting-for-nobody = Waiting for nobody
prevails = “{ $act }” prevails

## How an act stands

standing-valid = Valid
standing-void = Void
standing-void-under = Void: { $rule }
standing-not-understood = Not understood by this release; read-only until upgrade
agency-introduced = { $name } (introduced, not compared)
agency-introduced-by = { $name } (introduced by { $by }, not compared)
standing-waiting = Arrived, earlier entries missing
standing-forked = Two different entries for one place; neither counts
standing-given-up = Given up: its author stands by another entry
standing-crossed = Crossed
standing-contested = Contested

## How far it has travelled

overlay-queued = Queued
overlay-sent = Sent
overlay-delivered = Delivered (receipt held)
overlay-overdue = Overdue
overlay-to-dispatch = To be sent out
overlay-dispatched = Sent out

## Clocks

clock-acknowledge = Acknowledgement
clock-answer = Answer
clock-review = Review of what is kept
clock-due = Due { $due }
term-consequence-life = A life is at stake
term-consequence-detention = A detention term
term-consequence-preservation = Preservation
term-consequence-money = Money on its way
term-consequence-ordinary = Ordinary

## Inner acts

act-draft = Draft
act-approve = Approve
act-send-back = Send back
act-send = Send
act-review-grounds = Legal review
act-propose-erasure = Propose an erasure
act-erase = Erase, as second person
act-propose-keeping = Propose to keep it on
act-keep-on = Keep it on, as second person
field-propose-keeping-until = Until
field-propose-keeping-reason = Why it is kept on
field-keep-on-of = Proposal
act-note = Internal note
act-assign = Assign
act-let-in = Let an officer know
act-put-out = Take an officer out
act-restrict = Restrict to the team
act-lift-restriction = Lift the restriction, as second person
act-number = Give our reference
act-task = Give a task
act-finish-task = Task done
act-read = Read
act-check-package = Check of a package
act-dispatch = Register as sent out
act-hand-record-over = Let the agency speak for itself
act-adopt-record = Adopt what was recorded for us
act-dispute-record = Dispute what was recorded for us
field-hand-record-over-party = Party we recorded for
field-hand-record-over-agency = Agency it is
field-hand-record-over-last = Last entry recorded
field-adopt-record-of = Offer
field-dispute-record-of = Offer
field-dispute-record-ground = Why it is disputed
field-dispute-record-text = What is wrong, and what stands in its place
term-record-dispute-not-said = We did not say so
term-record-dispute-said-otherwise = We said something else
term-record-dispute-incomplete = Something we said is missing
term-record-dispute-not-authorised = Who said it could not speak for us
term-record-dispute-cannot-tell = We cannot tell any more
record-adopted = adopted by them
record-disputed = disputed by them ({ $ground })
record-adopted-by-us = adopted by us
record-disputed-by-us = disputed by us ({ $ground })

field-of = The entry it is about
field-text = Text
field-propose-erasure-entry = Entry
field-propose-erasure-parts = Parts
field-note = Note
field-reason = Reason
field-name = Name
field-reference = Our reference
field-contact = Contact
field-channel = How it reached us
field-dated = Dated
field-outside_reference = Their reference
field-paper = Paper brought in
field-dispatch-of = What went out
field-dispatch-channel = How it went out
field-dispatch-dated = When it went
field-dispatch-reference = Reference it went under
field-dispatch-note = Who took it, or a number to trace it by
field-draft-act = Act it would be
field-draft-offences = Offences it is about
field-approve-of = Draft approved
field-send-back-of = Draft sent back
field-send-back-reason = Why it is sent back
field-send-of = Draft to be sent
field-review-grounds-of = Draft or request reviewed
field-review-grounds-politics = Is it about political opinion or activity?
field-review-grounds-religion = Is it about religion or belief?
field-review-grounds-ethnicity = Is it about ethnic or national origin?
field-review-grounds-orientation = Is it about sexual orientation or gender?
field-review-grounds-protest = Is it about peaceful assembly or protest?
field-review-grounds-journalism = Is it about journalism or the defence of rights?
field-review-grounds-refugee = Is it about flight from persecution?
field-review-grounds-reasons = On what the answers rest
field-note-text = Note
field-assign-to = Officer who works on it
field-assign-note = What is to be done
field-let-in-officer = Officer who may know it
field-put-out-officer = Officer who is taken out
field-lift-restriction-of = Restriction that is lifted
field-task-to = Officer who is to do it
field-task-due = To be done by
field-task-text = What is to be done
field-finish-task-of = Task that is done
field-finish-task-note = What came of it
field-read-purpose = For what
field-check-package-entry = Package handed over by
field-check-package-check = What it came to

term-check-intact = Every byte as it was sealed
term-check-mismatch = Not as it was sealed

## Roles of people

term-role-officer = Officer
term-role-supervisor = Supervisor
term-role-desk = Desk
term-role-legal = Legal reviewer
term-role-central-authority = Central authority
term-role-custodian = Custodian
term-role-rights-officer = Rights officer
term-role-liaison = Liaison officer
term-role-auditor = Auditor
term-role-administrator = Administrator
term-role-operator = Operator of the node

## Prohibited grounds

term-grounds-question-politics = Political opinion or activity
term-grounds-question-religion = Religion or belief
term-grounds-question-ethnicity = Ethnic or national origin
term-grounds-question-orientation = Sexual orientation or gender
term-grounds-question-protest = Peaceful assembly or protest
term-grounds-question-journalism = Journalism or the defence of rights
term-grounds-question-refugee = Flight from persecution
term-ground-answer-no = No
term-ground-answer-open = Cannot be told
term-ground-answer-yes = Yes

## Cover, handling, languages

term-cover-covered = Covered by an agreement in force
term-cover-not-covered = Not covered by any agreement
term-cover-not-on-record = Not on record
term-ceiling-floor = correspondence only: no persons, no evidence
term-ceiling-full = persons and evidence too
term-gives-persons = news of persons the request names
term-gives-evidence = evidence
term-channel-i-24-7 = I-24/7
term-channel-note-verbale = Note verbale
term-channel-letter = Letter
term-channel-e-mail = E-mail
term-channel-telephone = Telephone
term-channel-in-person = In person
term-channel-other = Another way
term-handling-h0 = H0 to prevent and combat crime
term-handling-h1 = H1 not in court without the provider's permission
term-handling-h2 = H2 not to be passed on without the provider's permission
term-handling-h3 = H3 other restriction, see text
term-language-zh = Chinese
term-language-en = English
term-language-fr = French
term-language-es = Spanish
term-language-ru = Russian
term-language-ar = Arabic
term-language-th = Thai
term-language-my = Burmese
term-language-km = Khmer
term-language-lo = Lao
term-language-vi = Vietnamese

## Offences (ICCS)

term-offence-0101 = Intentional homicide
term-offence-0102 = Attempted intentional homicide
term-offence-020221 = Kidnapping
term-offence-0401 = Robbery
term-offence-0501 = Burglary
term-offence-0502 = Theft
term-offence-0601 = Offences involving controlled drugs or precursors
term-offence-0701 = Fraud
term-offence-0703 = Corruption
term-offence-07041 = Money laundering
term-offence-0903 = Acts against computer systems
term-offence-09051 = Participation in an organised criminal group
term-offence-national = An offence only national law names

## Refusals

refusal = This cannot be done: { $what } { $help } Source: { $source }. { $lifted }
refusal-lifted-by = It can be lifted by: { $role }.
refusal-absolute = It cannot be lifted.

rule-not-now = The matter has not come to this step, or is past it.
rule-not-now-help = See the status of the matter and who is waited for.
rule-not-now-source = the grid of the matter's kind
rule-not-ours = This act is another party's to do.
rule-not-ours-help = Wait for the other party; remind it if need be.
rule-not-ours-source = the grid of the matter's kind
rule-wrong-target = The entry named cannot be answered this way.
rule-wrong-target-help = Choose the valid entry on the timeline that this act is about.
rule-wrong-target-source = the shapes of acts
rule-unreadable = The content does not fit this act.
rule-unreadable-help = Fill in the template again.
rule-unreadable-source = the act's definition
rule-not-opened = The matter has not been opened, or has been opened already.
rule-not-opened-help = Send the request first; a matter is opened once.
rule-not-opened-source = the shapes of acts
rule-wrong-parties = The parties do not fit this kind of matter.
rule-wrong-parties-help = Check the parties and the parts they play.
rule-wrong-parties-source = the kind's definition
rule-foreign-lane = Nobody can write for another party.
rule-foreign-lane-help = Act in the name of your own agency.
rule-foreign-lane-source = each party writes its own record
rule-role = Your role cannot propose this act.
rule-role-help = Hand it to a colleague whose role can.
rule-role-source = who may do what: the table of roles
rule-need-to-know = You are not among those who may know this matter.
rule-need-to-know-help = Ask the desk or a supervisor to assign it to you or to let you know it.
rule-need-to-know-source = who may do what: need to know
rule-restricted = The matter is restricted to its team.
rule-restricted-help = Ask a supervisor of the team to let you know it.
rule-restricted-source = who may do what: restricted matters
rule-four-eyes = Approvals are missing.
rule-four-eyes-help = Have colleagues in the roles named approve it.
rule-four-eyes-source = two-person rule on sending, refusing and answering
rule-own-work = Nobody approves their own work.
rule-own-work-help = Have somebody else approve it.
rule-own-work-source = two-person rule: nobody approves their own work
rule-second-person = The two steps need two people.
rule-second-person-help = Have another colleague confirm it.
rule-second-person-source = two-person rule: a second person confirms
rule-own-access = Nobody gives themself roles or access.
rule-own-access-help = Have another administrator do it.
rule-own-access-source = nobody gives themself roles or access
rule-by-themself = Only the person themself can do this.
rule-by-themself-help = Invite the person; they choose what they sign in with.
rule-by-themself-source = only the person themself sets what they sign in with
rule-grounds-open = Prohibited grounds have not been reviewed.
rule-grounds-open-help = Have a legal reviewer who is not the author review them.
rule-grounds-open-source = INTERPOL Constitution Art. 2 and 3; ICCPR Art. 2(1), 18, 19, 21, 22, 26
rule-grounds-prohibited = A prohibited ground was found.
rule-grounds-prohibited-help = This matter goes no further.
rule-grounds-prohibited-source = INTERPOL Constitution Art. 2 and 3; ICCPR Art. 2(1), 18, 19, 21, 22, 26; 1951 Convention Art. 33
rule-grounds-own-work = The legal reviewer is the author.
rule-grounds-own-work-help = Have another legal reviewer review it.
rule-grounds-own-work-source = the legal reviewer is not the author
rule-not-covered = No agreement, treaty or law covers it.
rule-not-covered-help = Name what it rests on, or ask the legal reviewer.
rule-not-covered-source = the agreement that governs
rule-urgency-reason = The reason for the urgency is not stated.
rule-urgency-reason-help = State the reason, or choose the normal grade.
rule-urgency-reason-source = a grade of urgency needs a stated reason
rule-incomplete = The request lacks what it must say.
rule-incomplete-help = Fill in what is named.
rule-incomplete-source = UN Convention against Transnational Organized Crime Art. 18(15)
rule-wish-in-the-past = The time wished for has passed.
rule-wish-in-the-past-help = Choose a time that lies ahead.
rule-wish-in-the-past-source = clocks: due times lie ahead
rule-ceiling = The partner may get correspondence only: no persons, no evidence.
rule-ceiling-help = Leave out what names persons, or have two colleagues lift the floor on the partner's page, with a rights assessment that holds.
rule-ceiling-source = partners have ceilings: persons and evidence only after a rights assessment by two people
rule-review-date = The review date has passed, or lies too far ahead.
rule-review-date-help = Choose a review date that lies ahead, at most two years from now; if the proposal has waited too long, propose anew.
rule-review-date-source = a rights assessment is reviewed within two years
rule-partner-unconfirmed = The partner has not been confirmed by a second person.
rule-partner-unconfirmed-help = Have another colleague compare the fingerprint and confirm.
rule-partner-unconfirmed-source = two people compare the fingerprint
rule-quarantine = The partner is in quarantine: no new matters with it.
rule-quarantine-help = On the partner's page one colleague proposes, with a reason, to lift the quarantine, and a second lifts it. Matters that were open before go on, and you can always refuse.
rule-quarantine-source = quarantine: no new matters with a partner of whom a fork is proven, until two people lift it
rule-package-not-here = The sealed package is not at this node yet, or not every byte of it has been checked.
rule-package-not-here-help = Wait until the transfer is complete, or let the check run.
rule-package-not-here-source = nobody vouches for bytes that were not checked here
rule-package-still-here = The sealed package is still kept at this node.
rule-package-still-here-help = Erase it first; a second person confirms.
rule-package-still-here-source = what is said to be destroyed is destroyed
rule-tally-stays = What statistics count cannot be erased while the entry counts.
rule-tally-stays-help = It holds nobody's name; leave it.
rule-tally-stays-source = what statistics count stays while its entry counts
rule-forked = Two different entries claim one place here, so nothing can be added until their author says which one stands.
rule-forked-help = Ask the author which of the two it stands by; both are kept as proof.
rule-forked-source = a fork freezes what its author writes until the author stands by one branch
rule-not-forked = There are no two entries here that claim one place.
rule-not-forked-help = Nothing has to be done: what your agency wrote stands.
rule-not-forked-source = a party stands by a branch only where what it wrote has forked
rule-handed-over = What was recorded for this party is handed over to the agency itself, which speaks for itself from now on.
rule-handed-over-help = Wait for its own word: it comes from its node.
rule-handed-over-source = one writer for each party: ownership moves by offer and take
rule-take-first = What was recorded for your agency is not taken over yet.
rule-take-first-help = Adopt it or dispute it; then go on yourself.
rule-take-first-source = one writer for each party: ownership moves by offer and take
rule-claim-first = Two people here have not confirmed yet that this record is about your agency.
rule-claim-first-help = Open the partner's page: one person proposes it, a second confirms.
rule-claim-first-source = two people say which record is about us
rule-read-only = The matter holds something this release does not understand, and is read-only.
rule-read-only-help = Upgrade, then go on.
rule-read-only-source = what is not understood is not written on

# What a terminal and a page lay out around a matter.
cover = Cover
ceiling = What it may get
read-only = Read only until upgrade: something in it is not understood
approval-missing = approval missing
draft-kept = Draft
may-do-next = May follow
sealed-package = Sealed package
package-here = whole at this node
package-not-here = not at this node
side-ours = ours
side-theirs = theirs
side-inner = inside
side-recorded-by-them = recorded by the other side, not signed by that party
side-recorded = recorded by us, not signed by them
stands-paper = paper brought in; recorded by us, not signed by them
approved-by = Approved by
objection = We hold against it
overlay-received = received
overlay-due = due
content-not-here = (content is not here: withheld, erased, or not yet arrived)
yes = yes
no = no

## What is wrong with what was typed

fault-missing = Fill this in.
fault-too-long = This is too long. Put long papers into a file of their own.
fault-several-lines = Write this on one line.
fault-deceptive = This holds hidden control characters. Type it again instead of pasting it.
fault-not-a-word = Choose one of the list.
fault-not-a-moment = Write a date and a time, such as 2026-11-30 12:00 (UTC).
fault-not-a-number = Write a whole number.
fault-too-many = These are too many for one act. Say the rest in another, or in a file.
fault-too-large = This is too large for one act. A file has at most 256 KiB here; hand larger ones over as evidence.
fault-not-an-officer = Nobody of that name works here. Choose one of the list.
fault-may-not-know = This officer may not know the matter. Let the officer know it first, or assign it.
fault-may-not-act = The roles of this officer cannot act in any matter. Choose another.
fault-no-such-matter = No one matter that you may know is meant. Choose one of the list, or write more of its number.
fault-not-belonging = This does not belong to what was chosen above. Empty it, or choose again above; nothing is sent without you.
fault-not-readable = This cannot be read as what belongs here. Choose or write it again.

# Who may know a matter, and why; what an auditor sees.
sees-by-team = has acted in it, was let in or assigned
sees-by-role = the role sees every matter that is not restricted
sees-as-auditor = sees every act; content only where the matter is not restricted
content-not-permitted = (your role may not read this)
operator = (the node's operator)

# What a table of roles allows.
term-doing-open-matter = Draft the act that opens a matter
term-doing-see-matter = Know that a matter is there, and see its acts
term-doing-act-in-matter = Act in a matter
term-doing-read-content = Read names, facts and papers of a matter
term-doing-intake = Receive what has arrived, also in a bundle, and give it to somebody
term-doing-take-out = Take content or a key out of the node
term-doing-see-partners = See partners and their cards
term-doing-manage-partners = Add, confirm, describe or end a partner; put it in quarantine, and lift that
term-doing-assess-partners = Say what a partner may get: propose, narrow
term-doing-manage-officers = Enlist officers and give them other roles
term-doing-see-audit = See who did, read and was refused what
term-doing-take-out-audit = Take lines of the audit out of the node
term-doing-see-journal = See how long the journal is, and verify it
term-doing-administer = Run the node: its card, its keys, its copies

## Translations

field-translations = Translations
field-original = Of which field
field-from = From
field-into = Into
field-translation = Translation
field-declared = What the translator declares
field-translator = Who or what translated it
term-translation-sworn = Sworn translator
term-translation-human = Translated by a person, unsworn
term-translation-machine = Translated by a machine, not checked
act-weigh-refusal = Record why it is refused (stays inside)
field-weigh-refusal-ground = Reason, for our own file
field-weigh-refusal-text = Rule or provision, and what was weighed
term-inner-ground-protection = The person is under protection here
term-inner-ground-asylum = The person seeks or has asylum
term-inner-ground-victimhood = The person is a victim, or presumed one
term-inner-ground-source = A source would become known
term-inner-ground-investigation = An investigation would become known
term-inner-ground-not-held = Nothing is held
term-inner-ground-not-known = Person, number or thing are not known here
term-inner-ground-no-means = There are not the means
term-inner-ground-rights = A prohibited ground, or fundamental rights
term-inner-ground-incomplete = The request lacks what it must say
term-inner-ground-not-covered = Nothing covers it
term-inner-ground-needs-judicial-request = Law here allows it on a judicial request alone
term-inner-ground-dual-criminality = The act is no offence here
term-inner-ground-not-serious = Not serious enough
term-inner-ground-essential-interests = Essential interests
rule-grade-not-lowered = The grade is no lower than the one that stands.
rule-grade-not-lowered-help = Choose a lower grade, or let it stand.
rule-grade-not-lowered-source = the requested party may take a request to be less pressing, never more
rule-reason-inside = The reason for the refusal is not on our own file yet.
rule-reason-inside-help = Record it first under “Record why it is refused”; it never leaves this node.
rule-reason-inside-source = a refusal has a reason in our own file: rule, source and who decided
rule-ground-told = The ground told is not the one that stands for the reason on our own file.
rule-ground-told-help = Tell the ground that is named here.
rule-ground-told-source = what would reveal protection, asylum, a victim, a source or an investigation is told alike
rule-neutral-without-words = The neutral ground is told without words.
rule-neutral-without-words-help = Leave the words and their translations out, so that it reads like every other such answer.
rule-neutral-without-words-source = not held, not known and not to be told answer alike
act-recall = Ask its content back
act-answer-recall = Answer the recall
field-recall-of = Act whose content is asked back
field-recall-ground = Why
field-recall-text = What is wrong with it, and what takes its place
field-answer-recall-of = Recall that is answered
field-answer-recall-result = What was done
field-answer-recall-ground = Why it is kept
field-answer-recall-until = Held until
field-answer-recall-text = A word to the other side
term-recall-ground-wrong = It is wrong
term-recall-ground-sent-in-error = It was sent in error
term-recall-ground-not-lawful = It should not have been given
term-recall-ground-court-order = A court ordered it
term-recall-ground-time-is-over = The time it may be kept is over
term-recall-result-done = Erased
term-recall-result-refused = Not erased
term-recall-result-held = Held for the time being
act-stand-by = Stand by one of two entries
field-stand-by-of = Entry that counts, with all before it
field-stand-by-cause = How it came about
field-stand-by-text = A word to the other side
term-fork-cause-old-copy = An older copy of the node went on beside the node
term-fork-cause-two-nodes = Two nodes ran with one key
term-fork-cause-key-misused = Somebody else signed with the key
term-fork-cause-malfunction = The node or its store failed
term-fork-cause-not-known = It is not known yet
term-keep-ground-in-proceedings = It stands in the file of proceedings
term-keep-ground-law-demands = Law there demands that it is kept
term-keep-ground-decision-awaited = A court or authority has to decide
term-keep-ground-life-or-liberty = A life or liberty depends on it
rule-content-still-here = What is said to be erased is still here.
rule-content-still-here-help = Erase the parts that are named first, by two persons; then answer.
rule-content-still-here-source = what is said to be erased is erased
