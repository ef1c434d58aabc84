//! What somebody is on the editorial side.

use std::fmt;
use std::str::FromStr;

/// A role. Roles are ordered: each one may do all the one before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Writes.
    Author,
    /// Writes, checks what others wrote, keeps people, institutions and posts in order.
    Editor,
    /// Makes public, and takes back.
    Publisher,
    /// Decides who may come in.
    Administrator,
}

/// A word that names no role.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a role; use author, editor, publisher or administrator")]
pub struct UnknownRole(pub String);

impl Role {
    /// Every role, from the least to the most powerful.
    pub const ALL: [Self; 4] = [Self::Author, Self::Editor, Self::Publisher, Self::Administrator];

    /// Lower-case word used in the store, in settings and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Author => "author",
            Self::Editor => "editor",
            Self::Publisher => "publisher",
            Self::Administrator => "administrator",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(word: &str) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.as_str() == word).ok_or_else(|| UnknownRole(word.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_name_roles_and_nothing_else_does() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
        }
        assert_eq!("Editor".parse::<Role>(), Err(UnknownRole("Editor".to_owned())));
    }
}
