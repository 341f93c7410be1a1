# Restoring, as the command line speaks of it

restore-done = The copy is in place at { $dir }. Its journal is whole: { $records } records, the last of { $last }. What this node recorded for itself after that (drafts, approvals, notes, readings, erasures) is lost.
restore-kept = What stood there is kept at { $dir }. Never start both: they would sign against each other.
restore-next = Start the node. It compares with every partner, fetches back what it had signed and received, and signs nothing for partners until that is done and the root key has declared the new epoch of its log: comity epoch declare
restore-newer = Nothing was changed: the node that stands there has recorded { $count } more than the copy, whose last record is of { $last }. To lose them all the same, say --lose-newer.
restore-other-node = Nothing was changed: the copy is of another agency's node than the one at { $dir }.
restore-broken = Nothing was changed: the journal of the copy does not verify ({ $count } findings). Take an earlier copy.
restore-no-journal = There is no journal that can be read in { $dir }.
restore-in-the-way = { $dir } is in the way, left by a restore that broke off. Look at it and remove it.

restore-no-epoch = No epoch waits to be declared: nothing that this node signed was found missing here.
restore-other-root = This root key is not the one of this agency.
restore-declared = Epoch { $epoch } of the log is declared; { $released } acts that waited for it are signed. Partners get the new card with the next session.
restore-recovered = { $count } entries of ours were fetched back
restore-awaits = This node was put back from an older copy of itself. It signs nothing for partners until the root key has declared the new epoch of its log: comity epoch declare
