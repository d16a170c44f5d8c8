"""What one chooses among on a form: no two choices read alike."""

from careflow_service.pages.asking import Field, Kind


def test_what_reads_alike_is_told_apart_by_the_end_of_its_value() -> None:
    field = Field(
        name="container_id",
        kind=Kind.CHOICE,
        options=[
            ("01a2-8542", "ketamine 50 mg/mL"),
            ("01a2-2af1", "ketamine 50 mg/mL"),
            ("01a2-77c0", "esketamine 28 mg"),
        ],
    )
    assert [each[1] for each in field.offered] == [
        "ketamine 50 mg/mL (…8542)",
        "ketamine 50 mg/mL (…2af1)",
        "esketamine 28 mg",
    ]
    assert [each[0] for each in field.offered] == [each[0] for each in field.options]


def test_what_somebody_elses_name_stands_behind_does_not_read_alike() -> None:
    options = [("vial/01a2-8542", "1 mL, 50 mg", "nora"), ("vial/01a2-2af1", "1 mL, 50 mg", "nils")]
    assert Field(name="draw", kind=Kind.CHOICE, options=options).offered == options
    same = [(value, text, "nora") for value, text, _ in options]
    assert [each[1] for each in Field(name="draw", kind=Kind.CHOICE, options=same).offered] == [
        "1 mL, 50 mg (…8542)",
        "1 mL, 50 mg (…2af1)",
    ]


def test_what_the_words_call_by_themselves_stays_as_it_is() -> None:
    options = [("wasted", None), ("spilled", None)]
    assert Field(name="kind", kind=Kind.CHOICE, options=options).offered == options
