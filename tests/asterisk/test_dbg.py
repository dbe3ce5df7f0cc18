import asyncio
from tests.asterisk.test_recordings import *
from tests.asterisk.test_recordings import stage
pytestmark = pytest.mark.asterisk
async def test_dbg(stage):
    await stage.phone("1001"); await stage.phone("1002")
    contact = await stage.call()
    await asyncio.sleep(2)
    await stage.bob.say("ready")
    await stage.bob.work("available")
    await stage.anna.say("consult", agent="bob")
    await asyncio.sleep(3)
    for at, m in stage.anna.heard[-12:]: print("ANNA", at, str(m)[:600])
    print(stage.site.asterisk.console("core show channels concise"))
    story = stage.site.contact(contact)
    for e in story["story"][-14:]: print(str(e)[:500])
    await stage.hang_up()
