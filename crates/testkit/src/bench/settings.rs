//! What whoever starts a bench sets on the command line.

/// What is set of these names, in order: each as `--name N`, N above 0.
///
/// # Errors
/// What is not understood, and which names there are.
pub fn settings(names: &[&'static str]) -> Result<Vec<(&'static str, u32)>, String> {
    // Cargo adds `--bench` to the arguments.
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let read = |pair: &[String]| {
        let name = names.iter().find(|name| pair.first().is_some_and(|word| word == *name));
        let number = pair.get(1).and_then(|number| number.parse().ok()).filter(|number| *number > 0);
        name.copied().zip(number).ok_or_else(|| {
            let known: Vec<String> = names.iter().map(|name| format!("{name} N")).collect();
            format!("not understood: {}; there are: {}", pair.join(" "), known.join(", "))
        })
    };
    words.chunks(2).map(read).collect()
}
