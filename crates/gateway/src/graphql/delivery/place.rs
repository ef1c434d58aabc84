//! Places.

use async_graphql::SimpleObject;

use super::seen::Seen;

/// A place.
#[derive(Clone, SimpleObject)]
#[graphql(crate = "griot_front::lean::graphql")]
pub(crate) struct Place {
    /// Name.
    name: String,
    /// Postal address.
    address: Option<String>,
    /// ISO 3166-1 alpha-2 code of the country.
    country_code: Option<String>,
    /// WGS 84 latitude in degrees.
    latitude: Option<f64>,
    /// WGS 84 longitude in degrees.
    longitude: Option<f64>,
}

impl Place {
    pub fn new(place: &griot_domain::Place, seen: &Seen) -> Self {
        Self {
            name: seen.pick(&place.name).to_owned(),
            address: place.address.as_ref().map(|address| seen.pick(address).to_owned()),
            country_code: place.country_code.clone(),
            latitude: place.point.map(|point| point.latitude),
            longitude: place.point.map(|point| point.longitude),
        }
    }
}
