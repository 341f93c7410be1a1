# Cards and keys, as the command line speaks of them

card-other-root = This root key is not the one of this agency.
card-node-runs = Keys are renewed while the node stands still: stop it first. Nothing was changed.
card-renewed = Card { $number } is in force. The node has new keys throughout; content and packages that were sealed to the former ones can still be opened.
card-disowned = The former signing key is disowned: it stands up to the heads of { $stands } records of matters, and { $beyond } entries in this agency's name that are here lie beyond and count no longer. A new epoch of the log has begun and is declared.
card-keys-gone = These keys were not there any more: { $keys }. What only they opened stays closed.
card-partners-take-it = Take the root key offline again and start the node: partners take the new card in the next session.
card-by-hand = The card before named no TLS key to come, so partners do not find the node under the new one. Give them the card (`comity card show --out`); they take it with `comity partner card`.
card-taken = Card { $number } of { $name } is here.
