//! What the field tables of all acts must keep to, whoever adds the next kind.

use comity_domain::act::{
    ActDef, Column, ComposeError, Fault, FieldFault, FieldKind, Home, Preparation, faults, read, template,
};
use comity_domain::engine::Matter;
use comity_domain::matters::request::RequestKind;
use comity_domain::matters::standard;
use comity_domain::vocabularies::RequestType;
use comity_journal::part::{OpenPart, PartClass};
use comity_testkit::{OPEN, Seeded, Side, World, compose_with};

/// Every act that travels.
fn travelling() -> Vec<(&'static str, &'static ActDef)> {
    let kinds = standard();
    let shared: Vec<_> = kinds.iter().filter(|kind| kind.def().shared).collect();
    shared
        .iter()
        .flat_map(|kind| kind.acts().into_iter().map(|act| (kind.def().code, act)))
        .filter(|(_, act)| !act.inner)
        .collect()
}

fn columns(kind: &FieldKind) -> &'static [Column] {
    match kind {
        FieldKind::Table(columns) => columns,
        FieldKind::List(item) => columns(item),
        _ => &[],
    }
}

fn holds_text(kind: &FieldKind) -> bool {
    match kind {
        FieldKind::Line | FieldKind::Text => true,
        FieldKind::List(item) => holds_text(item),
        FieldKind::Table(columns) => columns.iter().any(|column| holds_text(&column.kind)),
        _ => false,
    }
}

fn codes(kind: &FieldKind) -> Vec<&'static str> {
    match kind {
        FieldKind::Word(list, codes) => codes.iter().copied().chain([*list]).collect(),
        FieldKind::List(item) => codes(item),
        FieldKind::Table(columns) => columns.iter().flat_map(|column| codes(&column.kind)).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn no_structure_has_a_kind_of_text() {
    for (kind, act) in travelling() {
        for field in act.fields.iter().filter(|field| field.home == Home::Structure) {
            assert!(!holds_text(&field.kind), "{kind} {} {}", act.code, field.name);
            assert!(
                !field.personal,
                "{kind} {} {}: a person in a structure is a handle",
                act.code, field.name
            );
        }
    }
}

#[test]
fn persons_of_the_case_stand_in_parts_where_the_ceiling_sees_them() {
    let holding: Vec<_> = travelling()
        .into_iter()
        .flat_map(|(kind, act)| act.fields.iter().map(move |field| (kind, act.code, field)))
        .filter(|(.., field)| field.holds_persons())
        .map(|(kind, act, field)| {
            assert!(matches!(field.home, Home::Part(_) | Home::Each(_)), "{kind} {act} {}", field.name);
            (kind, act, field.name)
        })
        .collect();
    assert_eq!(
        holding,
        [
            ("evidence", "open", "collected"),
            ("request", "open", "persons"),
            ("request", "open", "data"),
            ("request", "open", "places"),
            ("request", "open", "payments"),
            ("request", "supplement", "papers"),
            ("request", "answer", "papers"),
        ]
    );
}

#[test]
fn no_act_that_travels_asks_for_asylum_interviews_or_health() {
    const NEVER: &[&str] = &[
        "asylum",
        "refugee",
        "persecution",
        "protection_claim",
        "interview",
        "screening",
        "health",
        "medical",
        "illness",
        "diagnosis",
        "disability",
        "pregnan",
        "religion",
        "ethnic",
        "orientation",
        "opinion",
        "politic",
    ];
    let mut seen = 0;
    for (kind, act) in travelling() {
        let of_field = act.fields.iter().flat_map(|field| {
            let inner = columns(&field.kind).iter().flat_map(|column| [column.name, column.help]);
            [field.name, field.help].into_iter().chain(inner).chain(codes(&field.kind))
        });
        for word in of_field {
            seen += 1;
            let found = NEVER.iter().find(|never| word.to_lowercase().contains(*never));
            assert!(found.is_none(), "{kind} {}: `{word}` must not travel", act.code);
        }
    }
    assert!(seen > 100);
}

#[test]
fn the_questions_on_prohibited_grounds_never_travel() {
    let kinds = standard();
    let review = kinds.get("request").unwrap().act("review-grounds").unwrap();
    assert!(review.inner);
    assert_eq!(review.fields.iter().filter(|field| !codes(&field.kind).is_empty()).count(), 7);
}

#[test]
fn every_template_is_toml_with_every_field_a_person_fills_in() {
    for kind in standard().iter() {
        for act in kind.acts() {
            let text = template(act);
            let table: toml::Table = text
                .parse()
                .unwrap_or_else(|error| panic!("{} {}: {error}\n{text}", kind.def().code, act.code));
            for field in act.fields.iter().filter(|field| !field.derived && field.kind != FieldKind::Entry) {
                assert_eq!(table.contains_key(field.name), field.required, "{} {}", act.code, field.name);
                assert!(
                    text.contains(field.name) && text.contains(field.help),
                    "{} {}",
                    act.code,
                    field.name
                );
            }
            assert!(act.fields.iter().all(|field| !field.help.is_empty()) && !act.help.is_empty());
        }
    }
}

/// The template of a request of one type, filled in, without what does not belong to it.
fn filled_in(def: &ActDef, request_type: &str) -> String {
    let filled: String = template(def)
        .lines()
        .map(|line| line.strip_prefix("# ").filter(|rest| is_field(rest)).unwrap_or(line))
        .map(|line| format!("{line}\n"))
        .collect();
    let filled = filled
        .replace("offences = [\"\"]", "offences = [\"0701\"]")
        .replace("\"\"\"\n\"\"\"", "\"some words\"")
        .replace("\"\"\"\n# \"\"\"", "\"some words\"")
        .replace("follows = \"\"", &format!("follows = \"{}\"", "0".repeat(64)))
        .replace("= \"\"", "= \"words\"")
        .replace("request_type = \"information\"", &format!("request_type = \"{request_type}\""));
    let (mut kept, mut out_of_place) = (String::new(), false);
    for line in filled.lines() {
        if let Some(name) = line.strip_prefix("[[").and_then(|rest| rest.strip_suffix("]]")) {
            let field = def.fields.iter().find(|field| field.name == name).expect("a field of the act");
            out_of_place = field.only.is_some_and(|only| !only.codes.contains(&request_type));
        }
        if !out_of_place {
            kept += &format!("{line}\n");
        }
    }
    kept
}

#[test]
fn a_template_filled_in_composes_for_every_type_of_request() {
    let def = standard().get("request").unwrap().act("open").copied().unwrap();
    for request_type in RequestType::CODES {
        let filled = filled_in(&def, request_type);
        let matter = Matter::<RequestKind>::new(World::new(1).id());
        let mut entropy = Seeded::new(1);
        let composed = compose_with(&matter, &mut entropy, false, "open", &filled);
        assert_eq!(composed.act.as_str(), "open");
        assert!(!composed.parts.is_empty());
    }
}

#[test]
fn fields_that_belong_to_one_sort_of_act_name_words_that_its_deciding_field_has() {
    let mut seen = 0;
    for (kind, act) in travelling() {
        for field in act.fields {
            for when in field.only.iter().chain(&field.needed) {
                let deciding = act.fields.iter().find(|other| other.name == when.field).unwrap();
                let FieldKind::Word(_, known) = deciding.kind else { panic!("{kind} {}", field.name) };
                assert!(deciding.required && deciding.only.is_none(), "{kind} {}", field.name);
                assert!(when.codes.iter().all(|code| known.contains(code)), "{kind} {}", field.name);
                seen += 1;
            }
            // Where a field does not belong, it cannot be needed.
            if let (Some(only), Some(needed)) = (field.only, field.needed) {
                assert!(needed.codes.iter().all(|code| only.codes.contains(code)), "{kind} {}", field.name);
            }
        }
    }
    assert!(seen > 4, "{seen}");
}

#[test]
fn what_does_not_belong_to_a_request_of_its_type_is_told_and_never_dropped() {
    let def = standard().get("request").unwrap().act("open").copied().unwrap();
    let payment = "[[payments]]\nbank = \"Bank of Example\"\naccount = \"XA00 1\"\namount = \"40000 EUR\"\n\
                   made = \"2026-11-02T10:00:00Z\"\n";
    let stray = |toml: &str| {
        let table: toml::Table = toml.parse().unwrap();
        faults(&def, &table).into_iter().map(|found| (found.path, found.fault)).collect::<Vec<_>>()
    };
    let told = [("payments".to_owned(), Fault::NotBelonging)];
    assert_eq!(stray(&format!("{OPEN}\n{payment}")), told);
    let written = composed("open", &format!("{OPEN}\n{payment}"));
    let fault = ComposeError::Field(FieldFault::new("payments", Fault::NotBelonging));
    assert_eq!(written, Err(fault));
    let stop = OPEN.replace("\"information\"", "\"payment-stop\"");
    assert_eq!(stray(&format!("{stop}\n{payment}")), []);
    assert_eq!(stray(&stop), [("payments".to_owned(), Fault::Missing)], "there it must be given");
    // While nothing is chosen nobody can say that something does not belong.
    let unchosen = OPEN.replace("request_type = \"information\"", "");
    assert_eq!(stray(&format!("{unchosen}\n{payment}")), [("request_type".to_owned(), Fault::Missing)]);
}

/// Whether a commented line of a template is a field that may be left out, rather than its help.
fn is_field(line: &str) -> bool {
    line.starts_with("[[")
        || line == "\"\"\""
        || line.starts_with("\"\"\"   #")
        || line
            .split_once(" = ")
            .is_some_and(|(name, _)| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'))
}

fn composed(code: &str, toml: &str) -> Result<(), ComposeError> {
    let latest = |_: &[&str]| None;
    let mut entropy = Seeded::new(1);
    let mut preparation = Preparation { entropy: &mut entropy, latest: &latest };
    standard().get("request").expect("it is registered").compose(code, toml, &mut preparation).map(|_| ())
}

#[test]
fn all_missing_fields_are_named_at_once() {
    let Err(ComposeError::Missing(names)) = composed("open", "grade = \"normal\"") else { panic!() };
    assert!(
        names.len() > 8 && names.contains(&"questions".to_owned()) && names.contains(&"facts".to_owned())
    );
    assert_eq!(composed("ask", ""), Err(ComposeError::Missing(vec!["questions".into()])));
    assert!(matches!(composed("ask", "questions = []"), Err(ComposeError::Unreadable { .. })));
    assert_eq!(composed("remind", "txet = \"x\""), Err(ComposeError::Unknown(vec!["txet".into()])));
}

#[test]
fn an_error_never_repeats_what_was_written() {
    let cases = [
        OPEN.replace("grade = \"normal\"", "grade = \"Ilse Varn\""),
        OPEN.replace("as_evidence = false", "as_evidence = \"Ilse Varn\""),
        OPEN.replace("\"0701\"", "\"Ilse Varn\""),
        OPEN.replace("standing = \"victim\"", "standing = \"Ilse Varn\""),
        OPEN.replace("title = \"Subscriber of one number\"", "title = \"Ilse Varn"),
        format!("wished_by = \"Ilse Varn\"\n{OPEN}"),
    ];
    for toml in cases {
        let error = composed("open", &toml).expect_err("none of these composes");
        assert!(!error.to_string().contains("Varn"), "{error}");
    }
}

#[test]
fn content_can_be_withheld_or_erased_and_nothing_that_is_changes() {
    let mut world = World::new(2);
    let composed = compose_with(&world.at_asking, &mut world.entropy, false, "open", OPEN);
    let parts: Vec<OpenPart> =
        composed.parts.iter().map(|part| part.clone().salted(&mut world.entropy)).collect();
    assert!(parts.iter().any(|part| part.class == PartClass::Tally));
    let committed: Vec<_> = parts.iter().map(OpenPart::commit).collect();
    let def = standard().get("request").unwrap().act("open").unwrap();
    let whole = read(def, &composed.structure, &committed, &parts);
    // The engine is given entries, which hold commitments alone: whatever parts are here, the state is one.
    let entry = world.properly(Side::Asking, "open", OPEN).unwrap();
    let before = (world.at_asking.digest(), world.at_asking.cell());
    for kept in 0..(1_u32 << parts.len()) {
        let here: Vec<_> = parts
            .iter()
            .enumerate()
            .filter(|(i, _)| kept >> i & 1 == 1)
            .map(|(_, part)| part.clone())
            .collect();
        let readings = read(def, &composed.structure, &committed, &here);
        for (some, all) in readings.iter().zip(&whole) {
            assert!(
                some.field.home != Home::Structure || some.value == all.value,
                "structure is always readable"
            );
            assert!(some.value == all.value || some.value.is_err());
        }
    }
    let mut again = Matter::<RequestKind>::new(world.id());
    for entry in world.at_asking.entries() {
        again.receive(entry.clone());
    }
    assert_eq!((again.digest(), again.cell()), before);
    let text = String::from_utf8_lossy(entry.bytes()).into_owned();
    for said in ["Ilse", "Varn", "pensioner", "Subscriber"] {
        assert!(
            !text.contains(said) && !before.0.contains(said),
            "no word of the content is in entry or state"
        );
    }
}
