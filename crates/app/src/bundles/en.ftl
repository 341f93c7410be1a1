# Bundles: what is said of one that was made or taken in, at the keyboard and on the pages

bundle-at = The bundle is at { $file }.
bundle-exported = The bundle for { $partner } has { $bytes } bytes. It holds { $entries } entries, receipts for { $receipted } and { $packages } sealed packages.
bundle-exported-next = Have it carried there and taken in: at the desk under "Bundles", or with `comity bundle import`. Until { $partner } has given receipts, every new bundle holds these entries again.
bundle-left-out = { $count } sealed packages that { $partner } has not taken over are not in it; they go along where that is asked for (--with-packages).
bundle-asks = This node was not stopped cleanly, so it may be an old copy of itself. The bundle asks { $partner } where it stands; approved acts wait until its next bundle has been imported here.

bundle-imported = From { $partner }: { $received } new entries, receipts for { $delivered } of ours, { $packages } sealed packages.
bundle-gap = Entries { $first } to { $last } of { $partner } have not arrived; what comes after them in this bundle was left. Nothing is lost: export a bundle to { $partner }, so that it sees what is missing here, and ask for a new one.
bundle-diverged = What { $partner } has of our entries, or we of its, is not the same on both sides; the incidents of the node say in what. This node or theirs may be an old copy of itself: talk to each other before anything else is signed.
bundle-refused = { $count } entries were not taken ({ $why }), and what comes after them waits. The incidents of the node name them; ask who sent them.
bundle-package-failed = A sealed package could not be taken: { $why }. Import the bundle again once that is mended; what is here stays.
bundle-wanted = { $count } sealed packages that { $partner } handed over are not here. Ask for a bundle with its packages (--with-packages).
bundle-compared = { $partner } has answered where it stands: the records of both sides agree, and { $released } acts that waited for this are signed.
bundle-next = Now make a bundle for { $partner }, so that the receipts for its entries travel (comity bundle export)

bundle-error-not-a-bundle = The file is no bundle that this release reads. Nothing was taken. Ask for the file again, and which release made it.
bundle-error-other-key = The bundle is sealed to a key that this node does not hold. Nothing was taken. It is for another agency, or for a card of ours that is not in force here.
bundle-error-cut = The bundle ends before its last frame: a part of the file is missing. Nothing was taken. Copy the whole file once more.
bundle-error-altered = The bundle is not as it was sealed: its bytes were changed. Nothing was taken. Copy the file once more, or ask for a new one.
bundle-error-disorder = The bundle opens, but does not hold what a bundle holds. Nothing was taken. Ask for a new one, made by a current release.
bundle-error-not-for-us = The bundle names another agency as its receiver. Nothing was taken.
bundle-error-stranger = The bundle is from nobody who is a confirmed partner here. Nothing was taken. Add the partner and compare its fingerprint by telephone; a second person confirms it. Then import the bundle again.
bundle-error-not-signed = The bundle is not signed by the agency it names. Nothing was taken. Ask that agency whether it made it.
bundle-error-unreadable = The file cannot be read from where it lies. Copy it to this machine and import it again.
