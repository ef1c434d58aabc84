//! Types of files that are kept: nothing a browser would run.

/// Bytes needed to tell the type of a file.
pub const HEAD: usize = 32;

/// A type of file that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileKind {
    /// What it is served as, such as `image/png`.
    pub mime_type: &'static str,
    /// Ending of its name.
    pub ending: &'static str,
}

impl FileKind {
    /// All there are.
    pub const ALL: [Self; 7] = [
        Self { mime_type: "image/png", ending: "png" },
        Self { mime_type: "image/jpeg", ending: "jpg" },
        Self { mime_type: "image/webp", ending: "webp" },
        Self { mime_type: "image/gif", ending: "gif" },
        Self { mime_type: "image/avif", ending: "avif" },
        Self { mime_type: "application/pdf", ending: "pdf" },
        Self { mime_type: "video/mp4", ending: "mp4" },
    ];

    /// The type of the file that begins with `head`, told by that and by nothing else; `None` for every type that is
    /// not kept.
    pub fn sniff(head: &[u8]) -> Option<Self> {
        let at = |from: usize, expected: &[u8]| head.get(from..from + expected.len()) == Some(expected);
        if at(0, b"\x89PNG\r\n\x1a\n") {
            return Self::of_ending("png");
        }
        if at(0, b"\xff\xd8\xff") {
            return Self::of_ending("jpg");
        }
        if at(0, b"GIF87a") || at(0, b"GIF89a") {
            return Self::of_ending("gif");
        }
        if at(0, b"RIFF") && at(8, b"WEBP") {
            return Self::of_ending("webp");
        }
        if at(0, b"%PDF-") {
            return Self::of_ending("pdf");
        }
        if at(4, b"ftyp") {
            // The major brand, then, behind a version, the compatible ones.
            let brands = [head.get(8..12), head.get(16..20), head.get(20..24), head.get(24..28)];
            let has = |wanted: &[&[u8]]| brands.iter().flatten().any(|brand| wanted.contains(brand));
            if has(&[b"avif", b"avis"]) {
                return Self::of_ending("avif");
            }
            let video: [&[u8]; 11] =
                [b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"dash", b"MSNV"];
            if has(&video) {
                return Self::of_ending("mp4");
            }
        }
        None
    }

    /// The type whose files end so.
    pub fn of_ending(ending: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.ending == ending)
    }

    #[allow(missing_docs)]
    pub fn is_image(self) -> bool {
        self.mime_type.starts_with("image/")
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(b"\x89PNG\r\n\x1a\nIHDR", Some("image/png"))]
    #[case(b"\xff\xd8\xff\xe0", Some("image/jpeg"))]
    #[case(b"GIF89a<script>", Some("image/gif"))]
    #[case(b"RIFF\0\0\0\0WEBPVP8 ", Some("image/webp"))]
    #[case(b"\0\0\0\x1cftypavif\0\0\0\0mif1", Some("image/avif"))]
    #[case(b"\0\0\0\x18ftypmp42\0\0\0\0isom", Some("video/mp4"))]
    #[case(b"%PDF-1.7", Some("application/pdf"))]
    #[case(b"<svg xmlns=", None)]
    #[case(b"<!DOCTYPE html>", None)]
    #[case(b"PK\x03\x04", None)]
    #[case(b"\0\0\0\x18ftypheic\0\0\0\0heic", None)]
    #[case(b"", None)]
    fn the_first_bytes_tell_the_type(#[case] head: &[u8], #[case] expected: Option<&str>) {
        assert_eq!(FileKind::sniff(head).map(|kind| kind.mime_type), expected);
    }
}
