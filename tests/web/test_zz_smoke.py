from tests.web.conftest import *
def test_x(world,page,htmx):
    r=page.get("/now/"); assert r.status_code==200, r.content[:3000]
    world.voicemail(JS,"It is me. Please call.")
    world.text(TK,"Can we do Thursday?")
    world.voicemail(STRANGER,"I am new.",MAIN)
    r=page.get("/now/"); print(r.content.decode())
    for u in ["/clients/","/clients/c-js/","/clients/c-mr/","/words/"]:
        r=page.get(u); assert r.status_code==200,(u,r.content[:2000])
    print(page.get("/clients/c-js/").content.decode()[6000:])
    t=models.Task.objects.filter(closed_at=None)
    for x in t: print(x.id,x.kind,x.owner,x.due_at)
    for c in models.Contact.objects.all():
        r=page.get(f"/why/{c.id}/"); print(c.id,c.client,r.status_code)
    print(page.get(f"/why/call-1/").content.decode()[9000:])
