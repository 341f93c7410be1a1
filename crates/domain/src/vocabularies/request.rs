//! The closed lists of a request for assistance.
//!
//! Handling codes follow Europol's H0 to H3; suspects, convicted persons, victims, presumed victims and witnesses are told
//! apart as Directive (EU) 2016/680, Article 6, has it. Grades of urgency and the other lists without a source are our
//! own. What was checked where is in `docs/sources.md`.

use crate::vocabulary;

vocabulary! {
    /// What is asked for.
    pub enum RequestType("request-type") {
        /// Information that is held or can be had without coercion.
        Information = "information",
        /// To find a person or say who one is.
        Identify = "identify",
        /// To keep data that could be lost until it is asked for in due form.
        PreserveData = "preserve-data",
        /// To take a statement from somebody who is willing.
        TakeStatement = "take-statement",
        /// To search premises or things.
        Search = "search",
        /// To protect persons or sites.
        Protection = "protection",
        /// To stop money that is on its way (紧急止付).
        PaymentStop = "payment-stop",
    }
}

vocabulary! {
    /// What became of money that was to be stopped.
    pub enum StopResult("stop-result") {
        /// All of it was stopped.
        Stopped = "stopped",
        /// A part of it was.
        Partly = "partly",
        /// It had gone on.
        TooLate = "too-late",
        /// No such payment was found.
        NotFound = "not-found",
    }
}

vocabulary! {
    /// What became of data that was to be preserved.
    pub enum PreservationResult("preservation-result") {
        /// All of it is preserved.
        Preserved = "preserved",
        /// A part of it is.
        Partly = "partly",
        /// Nothing could be preserved.
        NotPreserved = "not-preserved",
    }
}

vocabulary! {
    /// Which kind of data is to be preserved (Convention on Cybercrime, Articles 1(d), 18(3) and 21).
    pub enum DataClass("data-class") {
        /// Who the subscriber is.
        Subscriber = "subscriber",
        /// Who communicated with whom, when and from where.
        Traffic = "traffic",
        /// What was said, written or stored.
        Content = "content",
    }
}

vocabulary! {
    /// Why work on a request rests, as far as it may be told.
    pub enum HoldGround("hold-ground") {
        /// It would disturb a case that is under way there.
        CaseUnderWay = "case-under-way",
        /// Another authority has to consent first.
        ConsentAwaited = "consent-awaited",
        /// Something is awaited from the requesting party.
        AnswerAwaited = "answer-awaited",
        /// There are not the means at present.
        NoMeansNow = "no-means-now",
    }
}

vocabulary! {
    /// Why a request is refused, for our own file alone: it never travels. Whatever would reveal protection, asylum,
    /// victimhood, a source or an investigation is told as [`OuterGround::CannotAssist`], and so is what ordinary cases
    /// have: nothing held, nothing known, no means.
    pub enum InnerGround("inner-ground") {
        /// The person is under protection here.
        Protection = "protection",
        /// The person seeks or has asylum.
        Asylum = "asylum",
        /// The person is a victim, or presumed one.
        Victimhood = "victimhood",
        /// A source would become known.
        Source = "source",
        /// An investigation would become known.
        Investigation = "investigation",
        /// Nothing is held.
        NotHeld = "not-held",
        /// Person, number or thing are not known here.
        NotKnown = "not-known",
        /// There are not the means.
        NoMeans = "no-means",
        /// A prohibited ground, or fundamental rights.
        Rights = "rights",
        /// The request lacks what it must say.
        Incomplete = "incomplete",
        /// Nothing covers it.
        NotCovered = "not-covered",
        /// Law here allows it on a judicial request alone.
        NeedsJudicialRequest = "needs-judicial-request",
        /// The act is no offence here.
        DualCriminality = "dual-criminality",
        /// Not serious enough.
        NotSerious = "not-serious",
        /// Essential interests.
        EssentialInterests = "essential-interests",
    }
}

impl InnerGround {
    /// The one ground that may be told where this is the reason.
    pub const fn told(self) -> OuterGround {
        match self {
            Self::Protection
            | Self::Asylum
            | Self::Victimhood
            | Self::Source
            | Self::Investigation
            | Self::NotHeld
            | Self::NotKnown
            | Self::NoMeans => OuterGround::CannotAssist,
            Self::Rights => OuterGround::FundamentalRights,
            Self::Incomplete => OuterGround::Incomplete,
            Self::NotCovered => OuterGround::NotCovered,
            Self::NeedsJudicialRequest => OuterGround::NeedsJudicialRequest,
            Self::DualCriminality => OuterGround::DualCriminality,
            Self::NotSerious => OuterGround::NotSerious,
            Self::EssentialInterests => OuterGround::EssentialInterests,
        }
    }
}

vocabulary! {
    /// How reliable the source is (the Admiralty scale, first character).
    pub enum SourceGrade("source-grade") {
        /// Completely reliable.
        A = "a",
        /// Usually reliable.
        B = "b",
        /// Fairly reliable.
        C = "c",
        /// Not usually reliable.
        D = "d",
        /// Unreliable.
        E = "e",
        /// Cannot be judged.
        F = "f",
    }
}

vocabulary! {
    /// How credible the information is (the Admiralty scale, second character).
    pub enum InformationGrade("information-grade") {
        /// Confirmed by others.
        One = "1",
        /// Probably true.
        Two = "2",
        /// Possibly true.
        Three = "3",
        /// Doubtful.
        Four = "4",
        /// Improbable.
        Five = "5",
        /// Cannot be judged.
        Six = "6",
    }
}

vocabulary! {
    /// Who may see it (Traffic Light Protocol 2.0).
    pub enum Tlp("tlp") {
        /// The named recipients alone.
        Red = "red",
        /// The recipient's organisation, as far as it must know.
        AmberStrict = "amber-strict",
        /// The recipient's organisation and its clients, as far as they must know.
        Amber = "amber",
        /// The community.
        Green = "green",
        /// Anybody.
        Clear = "clear",
    }
}

vocabulary! {
    /// What may be done with it (Permissible Actions Protocol).
    pub enum Pap("pap") {
        /// Nothing that anybody outside could notice.
        Red = "red",
        /// Passive checks, also by way of services of others.
        Amber = "amber",
        /// Active steps too.
        Green = "green",
        /// No restriction of this kind.
        Clear = "clear",
    }
}

vocabulary! {
    /// How pressing it is. The grade needs a stated reason.
    pub enum Grade("grade") {
        /// Danger to life, kidnapping, a child.
        Life = "life",
        /// Perishable evidence, money in flight, imminent movement or release.
        Urgent = "urgent",
        /// A detained person or a date of operation.
        Priority = "priority",
        /// All else.
        Normal = "normal",
    }
}

impl Grade {
    /// How long an acknowledgement may take where nothing else is agreed, in milliseconds.
    pub const fn acknowledge_within_millis(self) -> i64 {
        const MINUTE: i64 = 60_000;
        match self {
            Self::Life => 30 * MINUTE,
            Self::Urgent => 2 * 60 * MINUTE,
            Self::Priority | Self::Normal => 24 * 60 * MINUTE,
        }
    }
}

vocabulary! {
    /// What the answer may be used for.
    pub enum Purpose("purpose") {
        /// To prevent crime.
        Prevent = "prevent",
        /// To detect crime.
        Detect = "detect",
        /// To investigate.
        Investigate = "investigate",
        /// To prosecute.
        Prosecute = "prosecute",
        /// To execute a sentence.
        ExecuteSentence = "execute-sentence",
        /// To find a missing person.
        FindMissing = "find-missing",
        /// To protect a victim or a life.
        Protect = "protect",
        /// To identify the dead.
        IdentifyDead = "identify-dead",
        /// To trace assets.
        TraceAssets = "trace-assets",
    }
}

vocabulary! {
    /// What a request rests on.
    pub enum Basis("basis") {
        /// An agreement between the agencies or their states.
        Agreement = "agreement",
        /// A treaty.
        Treaty = "treaty",
        /// Reciprocity.
        Reciprocity = "reciprocity",
        /// Domestic law.
        DomesticLaw = "domestic-law",
    }
}

vocabulary! {
    /// How far proceedings have come.
    pub enum Stage("stage") {
        /// Inquiry before an investigation.
        Inquiry = "inquiry",
        /// Investigation.
        Investigation = "investigation",
        /// Prosecution or trial.
        Trial = "trial",
        /// Sentence.
        Sentence = "sentence",
    }
}

vocabulary! {
    /// What a person is in the matter.
    pub enum Standing("standing") {
        /// Suspected.
        Suspect = "suspect",
        /// Accused before a court.
        Accused = "accused",
        /// Convicted.
        Convicted = "convicted",
        /// Witness.
        Witness = "witness",
        /// Victim.
        Victim = "victim",
        /// Presumed to be a victim.
        PresumedVictim = "presumed-victim",
        /// Missing.
        Missing = "missing",
        /// Not known.
        Unknown = "unknown",
    }
}

vocabulary! {
    /// How what is passed on may be used.
    pub enum Handling("handling") {
        /// To prevent and combat crime, under the law that governs the exchange.
        H0 = "h0",
        /// Not in judicial proceedings without the provider's permission.
        H1 = "h1",
        /// Not to be passed on without the provider's permission.
        H2 = "h2",
        /// Another restriction, stated in the content.
        H3 = "h3",
    }
}

vocabulary! {
    /// The language content is written in (BCP 47).
    pub enum Language("language") {
        /// Chinese.
        Zh = "zh",
        /// English.
        En = "en",
        /// French.
        Fr = "fr",
        /// Spanish.
        Es = "es",
        /// Russian.
        Ru = "ru",
        /// Arabic.
        Ar = "ar",
        /// Thai.
        Th = "th",
        /// Burmese.
        My = "my",
        /// Khmer.
        Km = "km",
        /// Lao.
        Lo = "lo",
        /// Vietnamese.
        Vi = "vi",
    }
}

vocabulary! {
    /// Why assistance is refused, as far as it may be told. Whatever would reveal protection, asylum, victimhood,
    /// a source or an investigation is told as [`OuterGround::CannotAssist`], which ordinary cases use too.
    pub enum OuterGround("ground") {
        /// No ground that may be told, or none held: the neutral one.
        CannotAssist = "cannot-assist",
        /// The request lacks what it must say.
        Incomplete = "incomplete",
        /// No agreement, treaty or reciprocity covers it.
        NotCovered = "not-covered",
        /// A judicial request is needed.
        NeedsJudicialRequest = "needs-judicial-request",
        /// The act is no offence there.
        DualCriminality = "dual-criminality",
        /// Not serious enough.
        NotSerious = "not-serious",
        /// Fundamental rights.
        FundamentalRights = "fundamental-rights",
        /// Essential interests.
        EssentialInterests = "essential-interests",
    }
}
