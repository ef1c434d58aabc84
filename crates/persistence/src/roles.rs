//! Who may do what in PostgreSQL. No role can log in; connections take them on.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr};

use crate::StoreName;

/// May read what is published, and nothing else.
pub const DELIVERY_ROLE: &str = "griot_delivery";
/// May read what is published and what is embargoed.
pub const EARLY_ROLE: &str = "griot_early";
/// May read previews, and no table.
pub const PREVIEW_ROLE: &str = "griot_preview";
/// May write the rows of the editorial store and read the others; changes no table.
pub const EDITORIAL_ROLE: &str = "griot_editorial";

const ROLES: [&str; 4] = [DELIVERY_ROLE, EARLY_ROLE, PREVIEW_ROLE, EDITORIAL_ROLE];

/// Creates the roles that are missing, and lets this account take them on.
pub(crate) async fn create(tx: &DatabaseTransaction) -> Result<(), DbErr> {
    for role in ROLES {
        // Roles belong to the whole cluster, so another migration may be creating this one at this moment.
        let sql = format!(
            "DO $$ BEGIN
               IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
                 CREATE ROLE {role} NOLOGIN;
               END IF;
             EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
             END $$;
             DO $$ BEGIN
               IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
                 GRANT {role} TO CURRENT_USER;
               END IF;
             EXCEPTION WHEN insufficient_privilege THEN
               IF NOT pg_has_role(current_user, '{role}', 'MEMBER') THEN
                 RAISE;
               END IF;
             END $$;"
        );
        tx.execute_unprepared(&sql).await.inspect_err(|_| {
            tracing::error!(
                role,
                "creating the role failed; an administrator can run: CREATE ROLE {role} NOLOGIN; \
                 GRANT {role} TO <this user>"
            );
        })?;
    }
    Ok(())
}

/// Grants what each role needs of a migrated store, and takes back what it must not have.
pub(crate) async fn grant(tx: &DatabaseTransaction, store: StoreName) -> Result<(), DbErr> {
    let schema = store.as_str();
    let (readers, refused): (&[&str], &[&str]) = match store {
        StoreName::Published => (&[DELIVERY_ROLE, EARLY_ROLE, EDITORIAL_ROLE], &[PREVIEW_ROLE]),
        StoreName::Embargoed => (&[EARLY_ROLE, EDITORIAL_ROLE], &[DELIVERY_ROLE, PREVIEW_ROLE]),
        StoreName::Editorial => (&[EDITORIAL_ROLE], &[DELIVERY_ROLE, EARLY_ROLE, PREVIEW_ROLE]),
    };
    let (readers, refused) = (readers.join(", "), refused.join(", "));
    let mut sql = format!(
        "REVOKE ALL ON SCHEMA {schema} FROM PUBLIC, {refused};
         REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM PUBLIC, {refused};
         GRANT USAGE ON SCHEMA {schema} TO {readers};
         GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {readers};"
    );
    if store == StoreName::Editorial {
        sql.push_str(&format!(
            "GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {EDITORIAL_ROLE};
             GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {EDITORIAL_ROLE};
             REVOKE INSERT, UPDATE, DELETE ON {schema}.seaql_migrations FROM {EDITORIAL_ROLE};"
        ));
    }
    tx.execute_unprepared(&sql).await.map(|_| ())
}
