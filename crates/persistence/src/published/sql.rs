//! Pieces that every read is made of.

use griot_domain::{Moment, micros};
use sea_orm::Iden;
use sea_orm::sea_query::{Alias, Cond, Expr, ExprTrait, IntoColumnRef};

/// The alias of the neutral part.
pub(super) const VERSION: &str = "n";
/// The alias of the edition.
pub(super) const EDITION: &str = "e";
/// The alias of the link.
pub(super) const LINK: &str = "l";

/// `alias.column`.
pub(super) fn col<C: Iden + 'static>(alias: &'static str, column: C) -> Expr {
    Expr::col((Alias::new(alias), column).into_column_ref())
}

/// Whether the row of `alias` is live at `moment`.
pub(super) fn live(alias: &'static str, moment: Moment) -> Cond {
    let live_to = || col(alias, Alias::new("live_to"));
    match moment {
        Moment::Now => Cond::all().add(live_to().is_null()),
        Moment::AsOf(at) => Cond::all()
            .add(col(alias, Alias::new("live_from")).lte(micros(at)))
            .add(Cond::any().add(live_to().is_null()).add(live_to().gt(micros(at)))),
    }
}
