//! Randomness as a parameter.
//!
//! Pure code never reaches for the operating system's generator: it is handed an [`Entropy`]. The binary
//! passes the real one; tests pass a seeded one, so that every byte of a run can be replayed.

/// A source of bytes nobody can foresee (in production) or that replay exactly (in tests).
pub trait Entropy {
    /// Fills `bytes` entirely.
    fn fill(&mut self, bytes: &mut [u8]);

    /// Draws `N` bytes.
    fn draw<const N: usize>(&mut self) -> [u8; N]
    where
        Self: Sized,
    {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }
}

impl<E: Entropy + ?Sized> Entropy for &mut E {
    fn fill(&mut self, bytes: &mut [u8]) {
        (**self).fill(bytes);
    }
}

impl<E: Entropy + ?Sized> Entropy for Box<E> {
    fn fill(&mut self, bytes: &mut [u8]) {
        (**self).fill(bytes);
    }
}
