"""Test file template: the parts of a test file that are the same in all."""

COACH = """

@pytest.fixture(scope="module")
def coach():
    with {coach} as coach:
        yield coach
"""

ADVICE = """
def advised(coach, conversation):
    return coach.advise_batch([conversation]{labels})[0]


def applied(advice):
    return [receipt.coaching_id for receipt in advice.applied]
"""

FIRES = """
@pytest.mark.parametrize("where", FIRES)
def test_it_fires(coach, where):
    advice = advised(coach, FIRES[where])
    assert COACHING in applied(advice), [(receipt.coaching_id, receipt.reason) for receipt in advice.considered]
    assert PROMPTED in advice.prompt
"""

SILENT = """
@pytest.mark.parametrize("where", SILENT)
def test_it_stays_silent(coach, where):
    assert COACHING not in applied(advised(coach, SILENT[where]))
"""

MODEL = """
@pytest.mark.coaching_cassette("followed")
def test_it_is_followed(coach):
    {system}
    advice = advised(coach, said)
    turn = recorded_turn_of(MODEL.invoke(coached({{"messages": prompt, "coaching": [advice.to_json()]}})))
    {checked}
"""

TURN = """
def test_it_is_followed_in_the_recording(coach):
    assert advised(coach, TURN.conversation).prompt == TURN.coaching  # what was read then is what would be read now
    {checked}
"""
