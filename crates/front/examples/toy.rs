//! A small schema behind the whole front: `cargo run -p griot-front --example toy [-- 127.0.0.1:8099]`.
//! GraphQL at `/graphql`, GraphiQL at `/`.

#[path = "../tests/front/toy.rs"]
mod toy;

use std::sync::Arc;

use griot_front::graphiql::{GraphiqlOptions, graphiql_routes};
use griot_front::{Front, FrontOptions, Limits, ServeOptions, serve, shell};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8099".to_owned());
    let limits = Limits::default();
    let front = Arc::new(Front::new(toy::schema(), &toy::sdl(), limits.clone(), FrontOptions::default())?);
    let graphiql = graphiql_routes(GraphiqlOptions {
        endpoint: "/graphql".to_owned(),
        title: "Toy".to_owned(),
        default_query: "{ articles(first: 3) { nodes { title author { name } } } }".to_owned(),
        default_variables: serde_json::Value::Null,
    });
    let router = shell(front.routes("/graphql").merge(graphiql), &limits);
    let listener = TcpListener::bind(&address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    let stop = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    serve(listener, router, ServeOptions::default(), stop).await?;
    Ok(())
}
