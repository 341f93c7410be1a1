//! The roles of people at a node.

use crate::vocabulary;

vocabulary! {
    /// What an officer may be at a node. One person may hold several; rules say which exclude each other for one act.
    pub enum Role("role") {
        /// Drafts.
        Officer = "officer",
        /// Approves an officer's work.
        Supervisor = "supervisor",
        /// The national single point: receives, assigns, sends.
        Desk = "desk",
        /// Reviews legality and rights.
        Legal = "legal",
        /// Mutual legal assistance and extradition.
        CentralAuthority = "central-authority",
        /// Keeps evidence.
        Custodian = "custodian",
        /// Screens persons, protects data.
        RightsOfficer = "rights-officer",
        /// Is posted abroad.
        Liaison = "liaison",
        /// Reads all history, changes nothing.
        Auditor = "auditor",
        /// Runs the node; reads no matters.
        Administrator = "administrator",
    }
}
