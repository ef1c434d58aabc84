//! What async-graphql writes into the SDL for the cost directives.

use crate::toy;

/// What follows the arguments on the lines of the SDL that hold `text`.
fn lines_with(text: &str) -> String {
    let sdl = toy::sdl();
    let lines = sdl.lines().filter(|line| line.contains(text)).map(str::trim);
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_directives_are_written_with_their_definitions() {
    insta::assert_snapshot!(lines_with("@listSize"), @r#"
    ): Page! @listSize(assumedSize: 3, slicingArguments: ["first", "last"], sizedFields: ["edges", "nodes"], requireOneSlicingArgument: false)
    tags: [String!]! @listSize(assumedSize: 10, requireOneSlicingArgument: false)
    ): Page! @listSize(assumedSize: 20, slicingArguments: ["first", "last"], sizedFields: ["edges", "nodes"], requireOneSlicingArgument: false)
    ): Page! @listSize(assumedSize: 20, slicingArguments: ["first", "last"], sizedFields: ["edges", "nodes"], requireOneSlicingArgument: false)
    ): [Article!]! @listSize(assumedSize: 20, slicingArguments: ["ids"], requireOneSlicingArgument: false)
    ): [Int!]! @listSize(assumedSize: 10, slicingArguments: ["n"], requireOneSlicingArgument: false)
    ): [Found!]! @listSize(assumedSize: 10, requireOneSlicingArgument: false)
    directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION
    "#);
    insta::assert_snapshot!(lines_with("@cost"), @r"
    biography: String! @cost(weight: 50)
    directive @cost(weight: Int!) on FIELD_DEFINITION
    ");
}
