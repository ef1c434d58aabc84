//! Appointments.

mod object;
mod query;

pub(crate) use object::Appointment;
pub(crate) use query::{AppointmentFilter, AppointmentQuery};
