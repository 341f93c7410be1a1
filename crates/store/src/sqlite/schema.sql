-- Format 3 of the file, the first that may be released. A change is a new format with a step from the one before;
-- released formats are read for ever. Every row says whose it is, so that a node of several agencies is no other format.
--
-- What a commit costs is the pages it touches. So rows are kept in the order they came wherever they can be: content
-- and receipts are found by the number of a record, and only the look-ups by an entry's hash and by matter are in no
-- order of time.

CREATE TABLE agency (
    id     INTEGER PRIMARY KEY, -- stands for it in every row
    agency BLOB NOT NULL UNIQUE
) STRICT;

CREATE TABLE journal (
    agency     INTEGER NOT NULL REFERENCES agency (id),
    number     INTEGER NOT NULL,                        -- from 0, without gaps
    tree       INTEGER NOT NULL CHECK (tree IN (0, 1)), -- 0 exchange, 1 inner
    leaf       INTEGER NOT NULL,                        -- from 0, without gaps
    leaf_hash  BLOB    NOT NULL,
    at         INTEGER NOT NULL,                        -- milliseconds since 1970
    salt       BLOB,                                    -- of inner leaves and inner roots
    inner_size INTEGER,                                 -- an inner root: this and the next; without a salt an epoch (> 0)
    inner_root BLOB,                                    -- and the checkpoint it names, or 0 and an entry again
    entry      BLOB,                                    -- an entry: this and all that follow
    matter     BLOB,
    lane       INTEGER CHECK (lane IN (0, 1)),          -- 0 shared, 1 inner
    party      BLOB,                                    -- whose lane
    epoch      INTEGER,
    seq        INTEGER,
    source     BLOB,                                    -- the partner it came from; absent when written here
    bytes      BLOB,
    PRIMARY KEY (agency, number),
    CHECK ((entry IS NULL) <> (inner_root IS NULL))
) STRICT;

-- The leaf's hash rides along, so that a tree is loaded without touching the entries. That no leaf is there twice is
-- checked before a commit, as that none is missing.
CREATE INDEX journal_by_leaf ON journal (agency, tree, leaf, leaf_hash);
CREATE UNIQUE INDEX journal_entry_once ON journal (agency, entry) WHERE entry IS NOT NULL;
CREATE INDEX journal_epochs ON journal (agency, number) WHERE entry IS NULL AND salt IS NULL;
CREATE INDEX journal_by_matter ON journal (agency, matter, number) WHERE matter IS NOT NULL;

CREATE TRIGGER journal_stays_as_it_is BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'a journal record is never changed'); END;
CREATE TRIGGER journal_loses_nothing BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'a journal record is never removed'); END;

CREATE TABLE part (
    agency INTEGER NOT NULL,
    record INTEGER NOT NULL,                         -- of the entry
    label  TEXT    NOT NULL,
    class  INTEGER NOT NULL CHECK (class IN (0, 1)), -- 0 content, 1 tally
    salt   BLOB    NOT NULL,
    bytes  BLOB    NOT NULL,
    PRIMARY KEY (agency, record, label),
    FOREIGN KEY (agency, record) REFERENCES journal (agency, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE stream (
    agency    INTEGER NOT NULL,
    partner   BLOB    NOT NULL,
    direction INTEGER NOT NULL CHECK (direction IN (0, 1)), -- 0 out, 1 in
    n         INTEGER NOT NULL,                             -- from 1, without gaps
    hash      BLOB    NOT NULL,
    record    INTEGER NOT NULL,
    PRIMARY KEY (agency, partner, direction, n),
    FOREIGN KEY (agency, record) REFERENCES journal (agency, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE delivered (
    agency  INTEGER NOT NULL,
    partner BLOB    NOT NULL,
    n       INTEGER NOT NULL,
    PRIMARY KEY (agency, partner)
) STRICT, WITHOUT ROWID;

CREATE TABLE receipt (
    agency  INTEGER NOT NULL,
    id      INTEGER NOT NULL, -- from 0, in the order they came
    partner BLOB    NOT NULL,
    entries BLOB    NOT NULL, -- the hashes of the entries covered, one after another
    bytes   BLOB    NOT NULL,
    PRIMARY KEY (agency, id)
) STRICT;

-- The first receipt of each partner for each entry.
CREATE TABLE receipt_entry (
    agency  INTEGER NOT NULL,
    record  INTEGER NOT NULL, -- of the entry
    partner BLOB    NOT NULL,
    receipt INTEGER NOT NULL,
    PRIMARY KEY (agency, record, partner),
    FOREIGN KEY (agency, record) REFERENCES journal (agency, number),
    FOREIGN KEY (agency, receipt) REFERENCES receipt (agency, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE card (
    agency INTEGER NOT NULL,
    owner  BLOB    NOT NULL, -- whose card
    number INTEGER NOT NULL,
    bytes  BLOB    NOT NULL,
    bringer BLOB,            -- who brought it first, where that was not its owner
    PRIMARY KEY (agency, owner, number)
) STRICT;

-- Up to where lanes stand that were signed with keys which their agencies have disowned.
CREATE TABLE head (
    agency INTEGER NOT NULL,
    matter BLOB NOT NULL,
    bytes  BLOB NOT NULL,
    PRIMARY KEY (agency, matter, bytes)
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoint (
    agency INTEGER NOT NULL,
    owner  BLOB    NOT NULL, -- whose tree
    epoch  INTEGER NOT NULL,
    size   INTEGER NOT NULL,
    note   TEXT    NOT NULL,
    PRIMARY KEY (agency, owner, epoch, size)
) STRICT, WITHOUT ROWID;

-- What can be rebuilt from all the above.
CREATE TABLE view (
    agency INTEGER NOT NULL,
    view   TEXT NOT NULL,
    key    BLOB NOT NULL,
    value  BLOB NOT NULL,
    PRIMARY KEY (agency, view, key)
) STRICT, WITHOUT ROWID;
