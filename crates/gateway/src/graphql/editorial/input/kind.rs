//! The inputs and mutations of one kind of entry, from one list of its fields.

/// Makes, for a kind: the input that begins an entry, the input that changes one, their texts, and both mutations.
/// `entry` fields are the same in every language; `required` ones cannot be left out of a new entry, nor cleared.
macro_rules! kind {
    (
        $writes:ident of $kind:ident {
            $(#[$create_doc:meta])* create $create_fn:ident: $create:ident,
            $(#[$update_doc:meta])* update $update_fn:ident: $update:ident,
            $(#[$text_doc:meta])* text: $text:ident,
            $(#[$change_doc:meta])* text update: $change:ident,
        }
        entry {
            required { $($(#[$er_doc:meta])* $er:ident: $er_type:ty,)* }
            optional { $($(#[$eo_doc:meta])* $eo:ident: $eo_type:ty,)* }
        }
        text {
            required { $($(#[$tr_doc:meta])* $tr:ident: $tr_type:ty,)* }
            optional { $($(#[$to_doc:meta])* $to:ident: $to_type:ty,)* }
        }
    ) => {
        $(#[$create_doc])*
        #[derive(Debug, async_graphql::InputObject)]
        pub(crate) struct $create {
            /// The same key within 24 hours gives the first result instead of acting again.
            idempotency_key: Option<String>,
            /// What the history shall say of it.
            note: Option<String>,
            $($(#[$er_doc])* $er: $er_type,)*
            $($(#[$eo_doc])* $eo: Option<$eo_type>,)*
            /// The entry in its first languages, at least one.
            texts: Vec<$text>,
            /// Identifiers in other systems.
            external_ids: Option<Vec<$crate::graphql::editorial::input::shape::ExternalIdInput>>,
            /// Addresses of an earlier site that shall lead here.
            old_paths: Option<Vec<$crate::graphql::editorial::input::shape::OldPathInput>>,
        }

        $(#[$update_doc])*
        #[derive(Debug, async_graphql::InputObject)]
        pub(crate) struct $update {
            /// The entry (content id).
            pub(crate) content_id: async_graphql::ID,
            /// The revision the change is based on.
            pub(crate) expected_revision: i32,
            /// The same key within 24 hours gives the first result instead of acting again.
            pub(crate) idempotency_key: Option<String>,
            /// What the history shall say of it.
            pub(crate) note: Option<String>,
            $($(#[$er_doc])* $er: async_graphql::MaybeUndefined<$er_type>,)*
            $($(#[$eo_doc])* $eo: async_graphql::MaybeUndefined<$eo_type>,)*
            /// Languages to change or to add; the others stay as they are.
            texts: Option<Vec<$change>>,
            /// Languages to take out of the draft. One that is public is withdrawn first.
            locales_removed: Option<Vec<$crate::graphql::delivery::scalar::Tag>>,
            /// Identifiers in other systems, in place of those there are.
            external_ids: async_graphql::MaybeUndefined<Vec<$crate::graphql::editorial::input::shape::ExternalIdInput>>,
            /// Addresses of an earlier site, in place of those there are.
            old_paths: async_graphql::MaybeUndefined<Vec<$crate::graphql::editorial::input::shape::OldPathInput>>,
        }

        $(#[$text_doc])*
        #[derive(Debug, async_graphql::InputObject)]
        pub(crate) struct $text {
            /// The language.
            locale: $crate::graphql::delivery::scalar::Tag,
            $($(#[$tr_doc])* $tr: $tr_type,)*
            $($(#[$to_doc])* $to: Option<$to_type>,)*
            /// Body, biography or description.
            body: Option<$crate::graphql::editorial::input::rich_text::RichTextInput>,
        }

        $(#[$change_doc])*
        #[derive(Debug, async_graphql::InputObject)]
        pub(crate) struct $change {
            /// The language.
            locale: $crate::graphql::delivery::scalar::Tag,
            $($(#[$tr_doc])* $tr: async_graphql::MaybeUndefined<$tr_type>,)*
            $($(#[$to_doc])* $to: async_graphql::MaybeUndefined<$to_type>,)*
            /// Body, biography or description.
            body: async_graphql::MaybeUndefined<$crate::graphql::editorial::input::rich_text::RichTextInput>,
        }

        impl $create {
            fn fields(self) -> $crate::graphql::editorial::input::patch::Fields {
                let mut entry = serde_json::Map::new();
                $($crate::graphql::editorial::input::field::add(&mut entry, stringify!($er), self.$er);)*
                $($crate::graphql::editorial::input::field::add(&mut entry, stringify!($eo), self.$eo);)*
                $crate::graphql::editorial::input::patch::Fields {
                    entry,
                    required: Vec::new(),
                    texts: self.texts.into_iter().map($text::fields).collect(),
                    removed: Vec::new(),
                    external_ids: $crate::graphql::editorial::input::patch::given(self.external_ids),
                    old_paths: $crate::graphql::editorial::input::patch::given(self.old_paths),
                }
            }
        }

        impl $update {
            pub(crate) fn fields(self) -> $crate::graphql::editorial::input::patch::Fields {
                let mut entry = serde_json::Map::new();
                $($crate::graphql::editorial::input::field::patch(&mut entry, stringify!($er), self.$er);)*
                $($crate::graphql::editorial::input::field::patch(&mut entry, stringify!($eo), self.$eo);)*
                $crate::graphql::editorial::input::patch::Fields {
                    entry,
                    required: vec![$($crate::graphql::editorial::input::field::camel(stringify!($er)),)*],
                    texts: self.texts.into_iter().flatten().map($change::fields).collect(),
                    removed: self.locales_removed.unwrap_or_default(),
                    external_ids: self.external_ids,
                    old_paths: self.old_paths,
                }
            }
        }

        impl $text {
            fn fields(self) -> $crate::graphql::editorial::input::patch::TextFields {
                let mut text = serde_json::Map::new();
                $($crate::graphql::editorial::input::field::add(&mut text, stringify!($tr), self.$tr);)*
                $($crate::graphql::editorial::input::field::add(&mut text, stringify!($to), self.$to);)*
                let required = Vec::new();
                let body = $crate::graphql::editorial::input::patch::given(self.body);
                $crate::graphql::editorial::input::patch::TextFields { locale: self.locale, text, required, body }
            }
        }

        impl $change {
            fn fields(self) -> $crate::graphql::editorial::input::patch::TextFields {
                let mut text = serde_json::Map::new();
                $($crate::graphql::editorial::input::field::patch(&mut text, stringify!($tr), self.$tr);)*
                $($crate::graphql::editorial::input::field::patch(&mut text, stringify!($to), self.$to);)*
                let required = vec![$($crate::graphql::editorial::input::field::camel(stringify!($tr)),)*];
                $crate::graphql::editorial::input::patch::TextFields { locale: self.locale, text, required, body: self.body }
            }
        }

        /// Beginning and changing entries of this kind.
        #[derive(Default)]
        pub struct $writes;

        #[async_graphql::Object]
        impl $writes {
            $(#[$create_doc])*
            async fn $create_fn(
                &self,
                ctx: &async_graphql::Context<'_>,
                #[graphql(desc = "What it is.")] input: $create,
            ) -> $crate::graphql::editorial::error::Nullable<$crate::graphql::editorial::payload::DraftPayload> {
                let (key, note) = (input.idempotency_key.clone(), input.note.clone());
                let kind = griot_domain::EntryKind::$kind;
                Some($crate::graphql::editorial::write::create(ctx, kind, key, note, input.fields()).await)
            }

            $(#[$update_doc])*
            async fn $update_fn(
                &self,
                ctx: &async_graphql::Context<'_>,
                #[graphql(desc = "What to change.")] input: $update,
            ) -> $crate::graphql::editorial::error::Nullable<$crate::graphql::editorial::payload::DraftPayload> {
                let change = $crate::graphql::editorial::write::Change {
                    kind: griot_domain::EntryKind::$kind,
                    content_id: input.content_id.clone(),
                    expected_revision: input.expected_revision,
                    key: input.idempotency_key.clone(),
                    note: input.note.clone(),
                };
                Some($crate::graphql::editorial::write::update(ctx, change, input.fields()).await)
            }
        }
    };
}
pub(super) use kind;
